"""Mutation score of the wall: `make mutation`. Works on a copy of the tree, never on this checkout.

Args on the command line: the cosmic-ray command to use, the Python that has the project's requirements, and the
modules to try where not all are wanted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = 0.85
_QUIET = ("-W", "ignore::hypothesis.errors.HypothesisSideeffectWarning")
"""Hypothesis sees that warm.py used it before pytest began."""
_PAGE = "tests/privacy/test_capacity.py::test_the_page_for_residents_holds_the_numbers_that_the_program_computes"
"""It would notice nearly every change of the bound, and say nothing of which is right."""
PYTEST = ("-xqp", "no:cacheprovider", "-p", "tests.mutation.quick", "--assert=plain", *_QUIET, "--deselect", _PAGE)
_RECORD = ("unit/airlock/test_record_table.py", "unit/airlock/test_record_edges.py", "unit/airlock/test_record.py")
_BOUND = "privacy/test_capacity.py"
MODULES = {
    "node/airlock/gate.py": (
        "unit/airlock/test_gate_edges.py",
        "unit/airlock/test_gate.py",
        "privacy/test_rate_law.py",
    ),
    "node/airlock/record.py": _RECORD,
    "node/airlock/bodies.py": _RECORD,
    "node/airlock/capacity.py": ("unit/airlock/test_capacity_parts.py", _BOUND),
    "node/airlock/alphabet.py": ("unit/airlock/test_alphabet.py", _BOUND),
    "node/airlock/occupancy.py": ("unit/airlock/test_occupancy.py", "privacy/test_private_counts.py"),
    "node/config/policy.py": ("unit/config/test_policy_edges.py", "unit/config/test_policy.py", _BOUND),
}
"""The tests that must notice, of each module, under `tests`: its own, the quickest first."""


def main(cosmic_ray: str, python: str, *wanted: str) -> int:
    """Makes the mutants, runs the tests on each, prints the score of each module, and gives 0 where each is enough."""
    with tempfile.TemporaryDirectory(prefix="polewatch-mutation-") as folder:
        copy = Path(folder) / "polewatch"
        listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        for name in filter(lambda name: (ROOT / name).is_file(), names):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
        enough = [_try(module, copy, cosmic_ray, python) for module in wanted or MODULES]
    return 0 if all(enough) else 1


def _try(module: str, copy: Path, cosmic_ray: str, python: str) -> bool:
    """Tries every mutant of one module of the copy; whether enough were killed."""
    config, session, answering = copy / "mutation.toml", copy / "mutation.sqlite", copy / "mutation.socket"
    text = (copy / "tests/mutation/cosmic-ray.toml").read_text()
    config.write_text(text.replace("MODULE", module).replace("PYTHON", python).replace("SOCKET", str(answering)))
    session.unlink(missing_ok=True)
    # Programs that tests start must be the mutant's, too, not those of the checkout. And Python knows compiled code
    # by the second of its source: of two mutants within one second, the second would not be read.
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    _compile(module, copy, python)
    filters = str(Path(cosmic_ray).with_name("cr-filter-operators"))
    tests = [f"tests/{name}" for name in MODULES[module]]
    with _warm([python, "tests/mutation/warm.py", str(answering), module, *PYTEST, *tests], copy, environment):
        for command in (
            [cosmic_ray, "init", str(config), str(session)],
            [filters, str(session), str(config)],
            [cosmic_ray, "baseline", "--session-file", str(copy / "baseline.sqlite"), str(config)],
            [cosmic_ray, "exec", str(config), str(session)],
        ):
            subprocess.run(command, cwd=copy, env=environment, check=True)
    return _report(module, session)


def _compile(module: str, copy: Path, python: str) -> None:
    """Compiles all of the copy but the module that will change."""
    subprocess.run([python, "-m", "compileall", "-q", "node", "simulator", "tests"], cwd=copy, check=True)
    for compiled in (copy / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
        compiled.unlink()


@contextmanager
def _warm(command: list[str], copy: Path, environment: dict[str, str]) -> Iterator[None]:
    """A warm pytest for as long as it is needed."""
    answering = Path(command[2])
    with (
        (copy / "mutation.log").open("wb") as log,
        subprocess.Popen(command, cwd=copy, env=environment, stdout=log, stderr=log) as warm,
    ):
        try:
            while not answering.exists() and warm.poll() is None:
                time.sleep(0.05)
            yield
        finally:
            warm.terminate()
            answering.unlink(missing_ok=True)


def _report(module: str, session: Path) -> bool:
    """Prints what survived of a module and its score, as a row of docs/mutation.md."""
    rows = (
        sqlite3.connect(session)
        .execute(
            "SELECT operator_name, start_pos_row, start_pos_col, test_outcome, output FROM mutation_specs"
            " JOIN work_results USING (job_id) WHERE worker_outcome = 'NORMAL' ORDER BY start_pos_row, start_pos_col"
        )
        .fetchall()
    )
    survived = [row for row in rows if row[3] == "SURVIVED"]
    endless = sum(row[4].strip() in ("endless", "timeout") for row in rows)
    for operator, line, column, _, _ in survived:
        print(f"survived: {module}:{line}:{column} {operator}")
    share = 1 - len(survived) / len(rows)
    print(f"| `{module}` | {len(rows)} | {len(rows) - len(survived)} | {share:.0%} | {endless} |", flush=True)
    return share >= ASKED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

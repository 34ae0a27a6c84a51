"""Mutation score of the wall: `make mutation`. Works on a copy of what git has, never on this checkout.

Args on the command line: the cosmic-ray command to use, and the Python that has the project's requirements.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = 0.85


def main(cosmic_ray: str, python: str) -> int:
    """Makes the mutants, runs the tests on each, prints the score of each module, and gives 0 where each is enough."""
    with tempfile.TemporaryDirectory(prefix="polewatch-mutation-") as folder:
        copy = Path(folder) / "polewatch"
        names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        for name in names:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
        config = copy / "mutation.toml"
        text = (copy / "tests/mutation/cosmic-ray.toml").read_text()
        config.write_text(text.replace('"python -m', f'"{python} -m'))
        session = str(Path(folder) / "session.sqlite")
        filters = str(Path(cosmic_ray).with_name("cr-filter-operators"))
        for command in (
            [cosmic_ray, "init", str(config), session],
            [filters, session, str(config)],
            [cosmic_ray, "baseline", "--session-file", str(Path(folder) / "baseline.sqlite"), str(config)],
            [cosmic_ray, "exec", str(config), session],
        ):
            # Programs that tests start must be the mutant's, too, not those of the checkout.
            subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, check=True)
        return report(session)


def report(session: str) -> int:
    """Prints what survived and the score of each module."""
    rows = sqlite3.connect(session).execute(
        "SELECT module_path, operator_name, start_pos_row, test_outcome FROM mutation_specs"
        " JOIN work_results USING (job_id) WHERE worker_outcome = 'NORMAL' ORDER BY module_path, start_pos_row"
    )
    total: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    for module, operator, row, outcome in rows:
        total[module] += 1
        killed[module] += outcome != "SURVIVED"
        if outcome == "SURVIVED":
            print(f"survived: {module}:{row} {operator}")
    for module in sorted(total):
        print(f"{module}: {killed[module]} of {total[module]} killed, {killed[module] / total[module]:.0%}")
    return 0 if total and all(killed[module] >= ASKED * total[module] for module in total) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

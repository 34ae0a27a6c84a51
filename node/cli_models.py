"""`polewatch models`: which models this node has, whether each is whole and does what it says, and new ones.

What is installed here is the operator's word: the file's sha256 goes into the manifest of the models' folder, and no
other file is loaded under that name. Over the air only signed models are installed, and not by this command.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from node.cli_models_source import fetch
from node.config.installed import find, install, installed
from node.config.load import DEFAULT_PATH, load
from node.config.manifest import shipped, verify
from node.config.model_entry import Model, OutputKind, SelfTest, Task
from node.config.sound_model import SoundModelSettings
from node.errors import ModelError
from node.sense.audio.load import backbone_of
from node.sense.audio.trial import Trial, attempt

_SEED, _TOLERANCE = 1, 0.01
_NOTHING = "no model ships with this version, and none is installed: sound is judged by level and shape"


def run_models(chosen: argparse.Namespace) -> int:
    """Runs one of the actions, and gives the exit code.

    Raises:
        ConfigError: the configuration does not hold.
        ModelError: a model is not allowed, not whole, or not what it says.
        OperatorError: what is to be installed cannot be read.
        StorageError: the folder cannot be written.
    """
    folder = _folder(chosen.config)
    match chosen.action:
        case "install":
            return _install(*fetch(chosen.source, chosen.sha256), folder)
        case "verify":
            return _each(_all(folder), lambda one: f"is whole ({len(_content(one, folder))} bytes)")
        case "self-test":
            wanted = [find(chosen.name, folder)[0]] if chosen.name else _all(folder)
            return _each(wanted, lambda one: _verdict(_try(one, _content(one, folder), folder), one))
        case _:
            return _list(folder, as_json=chosen.json)


def _folder(config: Path | None) -> Path:
    """The models' folder of the configuration; without one, the usual."""
    if config is None and not DEFAULT_PATH.exists():
        return SoundModelSettings().path
    return load(config).settings.sound_model.path


def _all(folder: Path) -> list[Model]:
    """The shipped models, then the installed ones."""
    return [*shipped().model, *installed(folder).model]


def _is_shipped(model: Model) -> bool:
    return shipped().named(model.name) is not None


def _content(model: Model, folder: Path) -> bytes:
    return verify(model, None if _is_shipped(model) else folder)


def _list(folder: Path, *, as_json: bool) -> int:
    """What there is."""
    found = _all(folder)
    if as_json:
        print(json.dumps([{**one.model_dump(mode="json"), "shipped": _is_shipped(one)} for one in found], indent=1))
    elif not found:
        print(_NOTHING)
    else:
        rows = [("NAME", "TASK", "HEARS BY", "TELLS", "LICENCE", "SHA256", "FROM"), *(_row(one) for one in found)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(model: Model) -> tuple[str, ...]:
    audio = model.audio
    hears = "-" if audio is None else f"model {audio.backbone}" if audio.backbone else str(audio.frontend)
    tells = len(model.classes) or (len(audio.labels) if audio else 0)
    where = "shipped" if _is_shipped(model) else "installed"
    return (model.name, str(model.task), hears, f"{tells} classes", model.licence, model.sha256[:12], where)


def _each(models: list[Model], look: Callable[[Model], str]) -> int:
    """Tells of each model what a look gives, or what is wrong with it; 1 where anything is."""
    if not models:
        print(_NOTHING)
    code = 0
    for model in models:
        try:
            print(f"ok    model {model.name}: {look(model)}")
        except ModelError as error:
            print(f"MEND  {error}")
            code = error.exit_code
    return code


def _try(model: Model, content: bytes, folder: Path) -> Trial:
    return attempt(model, content, backbone_of(model, folder), _SEED)


def _verdict(trial: Trial, model: Model) -> str:
    """What a trial showed, in words."""
    if trial.latency_ms is None:
        return "loads; it does not hear, and has no self-test"
    known = "gives what it should" if model.self_test else "gives probabilities; its entry has no known answer"
    return f"{known}, {trial.latency_ms:.1f} ms a window"


def _install(model: Model, content: bytes, folder: Path) -> int:
    """Tries a model and puts it into the folder. Without a known answer, what it gives here becomes it."""
    trial = _try(model, content, folder)
    if model.task is Task.AUDIO_TAG and model.self_test is None:
        answer = SelfTest(seed=_SEED, expected=[round(one, 4) for one in trial.given], tolerance=_TOLERANCE)
        model = model.model_copy(update={"self_test": answer})
    kept = install(folder, model, content)
    print(f"installed  model {kept.name}: {_verdict(trial, model)}")
    print(f"sha256     {kept.sha256}")
    if model.audio is not None and not model.audio.thresholds and model.classes + model.audio.labels:
        print("note       it has no thresholds: it gives scores and detects nothing")
    print(f"to use it: {_use(kept)}")
    return 0


def _use(model: Model) -> str:
    """What an operator does with a model that was installed."""
    if model.audio is None:
        return f"nothing of this version asks for a model of the task {model.task}"
    if model.audio.output is OutputKind.EMBEDDING:
        return f'a head with backbone = "{model.name}" takes it; it tells no sounds by itself'
    return f'[sound_model] name = "{model.name}", then restart polewatch-sense'

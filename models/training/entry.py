"""The manifest's entries of the models that are trained here; the rest of the manifest stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.training.labels import CLASSES

TOLERANCE = 0.005
SELF_TEST_SEED = 1
_EMPTY = re.compile(r"^model = \[\]\n", re.MULTILINE)
_NEXT = re.compile(r"^\[\[model\]\]\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of ours.

    Args:
        name: of the model.
        file: beside the manifest.
        sha256: of the file.
        seeds: that it was trained with.
        backbone: the model whose embedding it takes, or None.
        thresholds: of every class.
        expected: the probabilities that its self-test gives.
    """

    name: str
    file: str
    sha256: str
    seeds: tuple[int, ...]
    backbone: str | None
    thresholds: dict[str, float]
    expected: list[float]

    def as_toml(self) -> str:
        """The entry as it stands in the manifest."""
        frontend = '"logmel16k"' if self.backbone is None else f'"yamnet"\nbackbone = "{self.backbone}"'
        classes = ", ".join(f'"{name}"' for name in CLASSES)
        at = ", ".join(f"{name} = {self.thresholds[name]:.3f}" for name in CLASSES)
        seeds = ", ".join(map(str, self.seeds))
        rows = "" if self.backbone is None else ", beside rows of YAMNet's last layer (Apache-2.0)"
        expected = ", ".join(f"{one:.4f}" for one in self.expected)
        return f"""[[model]]
name = "{self.name}"
file = "{self.file}"
sha256 = "{self.sha256}"
task = "audio-tag"
classes = [{classes}]
licence = "Apache-2.0"
source = "trained by models/training from permissive and synthesised sounds, seeds {seeds}{rows}"
card = "cards/{self.name}.md"
[model.audio]
frontend = {frontend}
output = "probs"
thresholds = {{ {at} }}
[model.self_test]
seed = {SELF_TEST_SEED}
expected = [{expected}]
tolerance = {TOLERANCE}
"""


def placed(manifest: str, entry: Entry) -> str:
    """The manifest's text with an entry: in the place of the one of its name, or at the end."""
    text = _EMPTY.sub("", manifest)
    begins = [match.start() for match in _NEXT.finditer(text)]
    for begin, end in zip(begins, [*begins, len(text)][1:], strict=True):
        if f'name = "{entry.name}"\n' in text[begin:end]:
            return text[:begin] + entry.as_toml() + ("\n" if end < len(text) else "") + text[end:]
    return text.rstrip("\n") + "\n\n" + entry.as_toml()

"""The settings of the sound model: which one tells sounds apart, and where installed ones lie."""

from __future__ import annotations

from pathlib import Path

from node.config.base import Section, setting


class SoundModelSettings(Section):
    """Which model tells sounds apart. Without any, level and shape still tell of spikes and impulses."""

    name: str = setting(
        "",
        "The model by its name in `polewatch models list`; empty is the small one that ships, `none` is none."
        " Where the named one cannot be loaded the small one listens instead.",
        pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$",
    )
    folder: str = setting(
        "/var/lib/polewatch/models",
        "Where `polewatch models install` puts models.",
        pattern=r"^/[^\x00]+$",
        max_length=4001,
    )

    @property
    def enabled(self) -> bool:
        """False where the name is `none`: this node tells no sounds apart."""
        return self.name != "none"

    @property
    def path(self) -> Path:
        """The folder of installed models."""
        return Path(self.folder)

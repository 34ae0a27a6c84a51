"""What every test of a command needs: a command that configures the log does so for its own run only."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Takes out what a command put into the root logger: its stream is closed once the test is over."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler and handler not in before:
            root.removeHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=False)

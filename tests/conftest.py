"""What several tests share: the real material, a real broker, and a node's parts on a real file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from simulator.live.broker import PrivateBroker

ROOT = Path(__file__).parents[1]

# A test machine is slower than a hypothesis deadline at times, and speed is no fact to test here.
settings.register_profile("polewatch", deadline=None, max_examples=60)
settings.load_profile("polewatch")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real material beside the project. Its absence in CI is a failure, unless the workflow allows it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        if os.environ.get("CI") and not os.environ.get("POLEWATCH_WITHOUT_DATA"):
            pytest.fail(f"the real material is missing at {folder}, and in CI it must be there")
        pytest.skip("the real material is not at ../shared/data")
    return folder


@pytest.fixture
def broker() -> Iterator[PrivateBroker]:
    """A real mosquitto on a free loopback port."""
    with PrivateBroker() as running:
        yield running

"""A pytest plug-in for mutants: the same examples for each of them, and none looked for that fails more simply."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Takes the place of the profile of tests/conftest.py, which is loaded by now."""
    settings.register_profile(
        "mutant",
        deadline=None,
        max_examples=20,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
    )
    settings.load_profile("mutant")

"""What `sense` refuses before it senses anything."""

import pytest

from node.config.settings import Settings
from node.errors import ConfigError
from node.sense.app import run_devices


def test_a_node_with_nothing_to_sense_by_is_told_which_settings_to_set() -> None:
    settings = Settings.model_validate({"node": {"id": "pole-1"}, "microphone": {"source": "none"}})

    with pytest.raises(ConfigError, match=r"camera\.source, microphone\.source") as told:
        run_devices(settings)
    assert told.value.exit_code == 78

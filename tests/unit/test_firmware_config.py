"""The files around the program: what a machine reads is read here by the same reader, where there is one."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import tomllib
from pathlib import Path

import pytest

from node.contract.topics import ROUTES

FIRMWARE = Path(__file__).parents[2] / "firmware_config"
PROFILES = sorted((FIRMWARE / "profiles").glob("*.toml"))
# DESIGN section 4: what a node hears.
HEARD = {"desired", "job", "command", "block/data", "certificate"}


def acl(access: str) -> set[str]:
    """The topics below polewatch/v1/{node}/ that the ACL gives every node."""
    text = (FIRMWARE / "mosquitto/acl").read_text()
    return set(re.findall(rf"^pattern {access} polewatch/v1/%u/(\S+)$", text, flags=re.MULTILINE))


def test_there_is_a_profile_for_each_kind_of_pole():
    assert [path.stem for path in PROFILES] == ["jetson-orin", "pi4", "pi5", "simulator"]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_a_profile_speaks_of_hardware_and_never_of_the_wall(profile):
    assert set(tomllib.loads(profile.read_text())) <= {"camera", "microphone", "sound_model"}


def test_a_node_may_publish_every_message_of_the_contract():
    published = {route.address.replace("{kind}", "+") for route in ROUTES}

    assert published <= acl("write")


def test_a_node_hears_what_the_design_lets_it_hear_and_nothing_else():
    assert acl("read") == HEARD


def test_no_node_may_publish_what_it_hears():
    assert acl("write") & HEARD == set()


def rights_of(user: str) -> list[tuple[str, str]]:
    """What a name may do: (verb, topic) each."""
    text = (FIRMWARE / "mosquitto/acl").read_text()
    own = text.split(f"user {user}\n")[1].split("\nuser ")[0]
    return re.findall(r"^topic (\w+) (\S+)", own, flags=re.MULTILINE)


def test_the_forecaster_writes_nothing():
    assert {verb for verb, _ in rights_of("forecaster")} == {"read"}


def test_who_asks_for_a_resync_may_read_as_the_forecaster_and_write_commands_alone():
    asked = rights_of("resync")

    assert [right for right in asked if right[0] != "read"] == [("write", "polewatch/v1/+/command")]
    assert [right for right in asked if right[0] == "read"] == rights_of("forecaster")


def alsa_finds(path: Path, name: str) -> bool:
    """Whether ALSA's own reader takes the file, and knows the name afterwards."""
    library = ctypes.util.find_library("asound")
    if library is None:
        pytest.skip("ALSA is not installed here")
    asound = ctypes.CDLL(library)
    source, top, found = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    assert asound.snd_input_stdio_open(ctypes.byref(source), str(path).encode(), b"r") == 0
    assert asound.snd_config_top(ctypes.byref(top)) == 0
    try:
        if asound.snd_config_load(top, source) != 0:
            return False
        return bool(asound.snd_config_search(top, name.encode(), ctypes.byref(found)) == 0)
    finally:
        asound.snd_config_delete(top)
        asound.snd_input_close(source)


@pytest.mark.parametrize("name", ["pcm.polewatch.slave.pcm.card", "pcm.polewatch.slave.rate", "ctl.polewatch.card"])
def test_alsa_reads_the_sound_card_file(name):
    assert alsa_finds(FIRMWARE / "alsa/asound.conf", name)


def test_alsa_does_not_read_a_file_that_was_cut(tmp_path):
    cut = tmp_path / "asound.conf"
    cut.write_text((FIRMWARE / "alsa/asound.conf").read_text().replace("ctl.polewatch {", "ctl.polewatch"))

    assert not alsa_finds(cut, "ctl.polewatch.card")


def udev_rules() -> list[list[tuple[str, str, str]]]:
    """Each rule as (key, operator, value); raises where udev's grammar is left."""
    text = (FIRMWARE / "udev/70-polewatch.rules").read_text()
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    part = re.compile(r'([A-Z]+(?:\{[A-Za-z_]+\})?)(==|!=|\+=|:=|=)"([^"]*)"')
    for rule in rules:
        assert re.fullmatch(rf"{part.pattern}(, {part.pattern})*", rule), rule
    return [part.findall(rule) for rule in rules]


def test_udev_gives_the_camera_and_the_microphone_one_name_each():
    given = [[(key, value) for key, sign, value in rule if sign in {"=", "+="}] for rule in udev_rules()]

    assert given == [
        [("SYMLINK", "polewatch-camera"), ("GROUP", "video"), ("MODE", "0660")],
        [("ATTR{id}", "polemic")],
    ]


def test_alsa_looks_for_the_card_name_that_udev_gives():
    card = next(value for rule in udev_rules() for key, sign, value in rule if (key, sign) == ("ATTR{id}", "="))

    assert re.findall(r'card "(\w+)"', (FIRMWARE / "alsa/asound.conf").read_text()) == [card, card]

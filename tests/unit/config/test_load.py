"""The configuration: what holds, where each value comes from, and one clear line for what does not."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.config.example import example, show
from node.config.load import keys, load, load_for_replay, profiles
from node.config.settings import Settings
from node.errors import ConfigError

SMALL = '[node]\nid = "pole-0042"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def test_the_smallest_configuration_is_a_node_id(tmp_path: Path) -> None:
    assert load(write(tmp_path, SMALL)).settings == Settings.model_validate({"node": {"id": "pole-0042"}})


def test_the_generated_example_holds_and_changes_nothing(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, example()))

    assert loaded.settings == Settings.model_validate({"node": {"id": "pole-0042"}})


def test_every_line_of_the_example_that_is_switched_on_is_valid_toml() -> None:
    switched_on = "\n".join(line.removeprefix("#") if line[:2] != "# " else line for line in example().splitlines())

    assert {(table, key) for table, content in tomllib.loads(switched_on).items() for key in content} == set(keys())


def test_every_setting_is_explained() -> None:
    for table, key in keys():
        section = Settings.model_fields[table].annotation
        assert section is not None
        assert section.model_fields[key].description, f"{table}.{key}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("[node", "is not TOML"),
        ("x=" + 100_000 * "[", "is not TOML"),
        ("x=" + 5_000 * "9", "is not TOML"),
        (SMALL + '[outbox]\npath = ":memory:"\n', "outbox.path"),
        ("\xff\xfe", "is not TOML"),
        ("[broker]\nport = 1883\n", "node: is missing"),
        (SMALL + "[spike]\nopn_db = 9\n", "spike.opn_db: there is no such key; did you mean spike.open_db?"),
        (SMALL + "[spik]\nopen_db = 9\n", "spik: there is no such key"),
        (SMALL + "[spike]\nopen_db = 900\n", "spike.open_db: input should be less than or equal to 40"),
        (SMALL + '[spike]\nopen_db = "loud"\n', "spike.open_db: input should be a valid number, not 'loud'"),
        (SMALL + "[spike]\nopen_db = nan\n", "spike.open_db: input should be a finite number"),
        ('[node]\nid = "Pole 42"\n', "node.id"),
        ('[node]\nid = "pole-1"\nprofile = "pi9"\n', "node.profile: there is no 'pi9'; there are"),
        ('[node]\nid = "pole-1"\ntile_row = 3\n', "tile_row and tile_column stand together"),
        (SMALL + '[broker]\nhost = "broker.city.example"\n', "without ca_file (TLS) only a broker on localhost"),
        (SMALL + '[broker]\ncertificate_file = "a.pem"\n', "certificate_file and key_file stand together"),
        (SMALL + "[policy]\nincidents_per_10_min = 5\n", "policy.incidents_per_10_min"),
        ('node = "pole"\n', "node: input should be"),
    ],
)
def test_what_does_not_hold_is_one_line_with_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="polewatch config example"):
        load(tmp_path / "missing.toml")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="larger than"):
        load(write(tmp_path, "#" * 2_000_000))


def test_each_value_knows_where_it_came_from(tmp_path: Path) -> None:
    path = write(tmp_path, '[node]\nid = "pole-1"\nprofile = "pi4"\n[summary]\nwindow_s = 1800\n')
    loaded = load(path)
    from_profile = {f"{table}.{key}" for table, content in profiles()["pi4"].items() for key in content}

    assert loaded.origin["summary.window_s"] == str(path)
    assert loaded.origin["broker.port"] == "default"
    assert from_profile
    assert all(loaded.origin[name] == "profile pi4" for name in from_profile)


def test_the_file_wins_over_its_profile_key_by_key(tmp_path: Path) -> None:
    text = '[node]\nid = "pole-1"\nprofile = "pi4"\n[camera]\nwidth = 320\n'
    settings = load(write(tmp_path, text)).settings

    assert settings.camera.width == 320
    assert settings.camera.height == profiles()["pi4"]["camera"]["height"]


@pytest.mark.parametrize("name", ["simulator", "pi4", "pi5", "jetson-orin"])
def test_each_shipped_profile_holds(tmp_path: Path, name: str) -> None:
    assert load(write(tmp_path, f'[node]\nid = "pole-1"\nprofile = "{name}"\n')).settings.node.profile == name


def test_show_prints_every_setting_with_its_origin(tmp_path: Path) -> None:
    lines = list(show(load(write(tmp_path, SMALL)), origin=True))

    assert len(lines) == len(list(keys()))
    assert all(" # " in line for line in lines)


def test_replay_needs_no_file() -> None:
    assert load_for_replay(None).settings.node.id == "replay"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_as_a_configuration_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).isprintable()


def test_a_byte_order_mark_before_the_configuration_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())

    assert load(path).settings.node.id == "pole-0042"

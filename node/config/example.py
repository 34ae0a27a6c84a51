"""Writes the configuration for people: the commented example, and `config show`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from node.config.load import Loaded, keys
from node.config.settings import Settings

HEAD = """# Polewatch: the configuration of one node, at /etc/polewatch/config.toml
#
# Every setting there is stands here with its default; take the # away from a setting to change it.
# 'polewatch config check' says whether it holds, 'polewatch config show --origin' where each value comes from.
"""
EXAMPLE_ID = "pole-0042"


def example() -> str:
    """The commented example: valid as it stands, every setting with its default, unit and range."""
    lines = [HEAD]
    table_before = ""
    for table, key in keys():
        section = Settings.model_fields[table].annotation
        assert section is not None
        if table != table_before:
            lines.append(f"\n[{table}]")
            lines.append(f"# {(section.__doc__ or '').splitlines()[0]}")
            table_before = table
        lines.extend(_entry(key, section.model_fields[key]))
    return "\n".join(lines) + "\n"


def show(loaded: Loaded, *, origin: bool) -> Iterator[str]:
    """Every setting as `table.key = value`, with its origin if wanted."""
    for table, key in keys():
        name = f"{table}.{key}"
        line = f"{name} = {_toml(getattr(getattr(loaded.settings, table), key))}"
        yield f"{line:<58} # {loaded.origin[name]}" if origin else line


def _entry(key: str, field: FieldInfo) -> Iterator[str]:
    """The lines of one setting."""
    limits = [text for text in (_unit(field), _range(field)) if text]
    yield f"# {field.description}" + (f" ({', '.join(limits)})" if limits else "")
    if field.default is PydanticUndefined:
        yield f"{key} = {_toml(EXAMPLE_ID)}"
    elif field.default is None:
        yield f"#{key} = 0  # an example: not set by default"
    else:
        yield f"#{key} = {_toml(field.default)}"


def _unit(field: FieldInfo) -> str:
    """The unit of a setting."""
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _range(field: FieldInfo) -> str:
    """The range of a setting."""
    low = next((str(m.ge) for m in field.metadata if hasattr(m, "ge")), None)
    high = next((str(m.le) for m in field.metadata if hasattr(m, "le")), None)
    return f"{low} to {high}" if low is not None and high is not None else ""


def _toml(value: object) -> str:
    """A value as TOML writes it. JSON's texts, numbers and truth values are TOML's too."""
    return "unset" if value is None else json.dumps(value)

"""Where a setting comes from, and what it may be."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from catalog.errors import SettingError
from catalog.settings import TABLE, Settings, read_settings


def test_every_row_of_the_table_is_a_setting() -> None:
    """And every setting stands in the table."""
    assert [setting.name for setting in TABLE] == [field.name for field in fields(Settings)]


def test_the_command_line_comes_before_the_environment_and_that_before_the_table() -> None:
    """An option that was not given counts for nothing."""
    environ = {"COPSE_PORT": "9000", "COPSE_HOST": "127.0.0.2"}
    settings = read_settings({"port": 9001, "host": None}, environ)
    assert (settings.port, settings.host, settings.viewer) == (9001, "127.0.0.2", "owner")


def test_the_library_lies_in_the_users_own_folder() -> None:
    """A tilde is the home folder."""
    assert read_settings({"library": "~/mine"}, {}).library == Path.home() / "mine"


@pytest.mark.parametrize(
    ("variable", "raw", "advice"),
    [
        ("COPSE_PORT", "many", "COPSE_PORT='many': give a whole number, such as 8501"),
        ("COPSE_PORT", "70000", "COPSE_PORT='70000': give from 0 to 65535, such as 8501"),
        ("COPSE_DENSE_WEIGHT", "7", "COPSE_DENSE_WEIGHT='7': give from 0 to 1, such as 0.7"),
        ("COPSE_DENSE_WEIGHT", "nan", "COPSE_DENSE_WEIGHT='nan': give from 0 to 1, such as 0.7"),
        ("COPSE_BATCH_TOKENS", "0", "COPSE_BATCH_TOKENS='0': give 1 or more, such as 2048"),
        ("COPSE_PRECISION", "int4", "COPSE_PRECISION='int4': choose one of auto, bf16, fp32, int8"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_can(variable: str, raw: str, advice: str) -> None:
    """The message names the variable and gives an example."""
    with pytest.raises(SettingError) as error:
        read_settings({}, {variable: raw})
    assert str(error.value) == advice


def test_an_unknown_setting_is_refused() -> None:
    """A misspelt option does not pass in silence."""
    with pytest.raises(SettingError, match="prot: no such setting"):
        read_settings({"prot": 1}, {})

"""Weights that are kept for a library."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import SettingError
from catalog.settings import read_settings
from catalog.tuned import FILE, read_tuned, write_tuned


def test_kept_weights_come_after_the_environment_and_before_the_table(tmp_path: Path) -> None:
    """And not at all where they are not wanted."""
    write_tuned(tmp_path, {"dense_weight": 0.8, "dense_weight_statement": 0.3})
    environ = {"COPSE_DENSE_WEIGHT_STATEMENT": "0.6"}
    settings = read_settings({"library": tmp_path}, environ)
    assert (settings.dense_weight, settings.dense_weight_statement) == (0.8, 0.6)
    assert read_settings({"library": tmp_path}, environ, tuned=False).dense_weight == 0.7
    assert read_settings({"library": tmp_path, "dense_weight": 0.5}, {}).dense_weight == 0.5


def test_without_weights_nothing_is_kept(tmp_path: Path) -> None:
    """Neither before nor after they were taken back."""
    assert read_tuned(tmp_path) == {}
    write_tuned(tmp_path, {"dense_weight": 0.8})
    assert read_tuned(tmp_path) == {"dense_weight": 0.8}
    write_tuned(tmp_path, {})
    write_tuned(tmp_path, {})
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "text", ["dense_weight = 7", "dense_weight = 'much'", "port = 1", "dense_weight =", "\x00"]
)
def test_a_file_that_holds_anything_else_is_named_with_what_removes_it(tmp_path: Path, text: str) -> None:
    """Nothing is guessed."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(SettingError, match=rf"{FILE}: .*`copse tune --reset` removes"):
        read_settings({"library": tmp_path}, {})


def test_weights_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    """The library's folder is not there."""
    with pytest.raises(SettingError, match="cannot be written"):
        write_tuned(tmp_path / "nowhere", {"dense_weight": 0.8})

"""The settings in force as everybody may see them: without secrets, each with where its value comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from catalog.settings import TABLE, Setting, Settings
from catalog.tuned import read_tuned
from ui.schemas import SettingOut, SettingsOut


def settings_out(settings: Settings, given: Mapping[str, Any] | None = None) -> SettingsOut:
    """Show the settings in force.

    Args:
        settings: The settings.
        given: Those that were options of the command.
    """
    return SettingsOut(settings=[_setting_out(setting, settings, given or {}) for setting in TABLE])


def _setting_out(setting: Setting, settings: Settings, given: Mapping[str, Any]) -> SettingOut:
    value = getattr(settings, setting.name)
    return SettingOut(
        name=setting.name,
        variable=setting.variable,
        value=_shown(setting, value),
        origin=_origin(setting, given, settings.library),
        help=setting.help,
    )


def _shown(setting: Setting, value: Any) -> str | int | float:
    """A value as everybody may see it."""
    if setting.secret:
        return "(set)" if value else ""
    return str(value) if isinstance(value, Path) else value


def _origin(
    setting: Setting, given: Mapping[str, Any], library: Path
) -> Literal["option", "environment", "library", "default"]:
    if given.get(setting.name) is not None:
        return "option"
    if os.environ.get(setting.variable):
        return "environment"
    return "library" if setting.name in read_tuned(library) else "default"

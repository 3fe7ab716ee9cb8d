"""How each chat wants to be told: rich text of Slack, an Adaptive Card of Teams.

Both have forms in which text is text and a link is a link, without a markup to escape. The plain text beside
them, which notifications show, is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ui.hooks.said import Line, Run

_LONGEST_SUMMARY = 300  # characters that a notification shows
_PING = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)

Json = dict[str, Any]


def slack_message(lines: Sequence[Line]) -> Json:
    """A message that only who asked sees."""
    sections = [
        {"type": "rich_text_section", "elements": [_slack_run(run) for run in (*line, Run("\n")) if run.text]}
        for line in lines
    ]
    return {
        "response_type": "ephemeral",
        "unfurl_links": False,
        "unfurl_media": False,
        "text": slack_text(_summary(lines)),
        "blocks": [{"type": "rich_text", "elements": sections}],
    }


def slack_text(text: str) -> str:
    """Text in which Slack sees no mention, no link and no channel."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _PING.sub("@\u2060", escaped)


def _slack_run(run: Run) -> Json:
    style: Json = {"style": {"bold": True}} if run.bold else {}
    if run.url:
        return {"type": "link", "url": run.url, "text": run.text, **style}
    return {"type": "text", "text": run.text, **style}


def teams_message(lines: Sequence[Line]) -> Json:
    """A message with a card."""
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.2",
        "msteams": {"width": "Full"},
        "body": [{"type": "RichTextBlock", "inlines": [_teams_run(run) for run in line]} for line in lines],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _teams_run(run: Run) -> Json:
    told: Json = {"type": "TextRun", "text": run.text}
    if run.bold:
        told["weight"] = "bolder"
    if run.url:
        told["selectAction"] = {"type": "Action.OpenUrl", "url": run.url}
    return told


def _summary(lines: Sequence[Line]) -> str:
    told = " ".join("".join(run.text for run in line) for line in lines)
    return " ".join(told.split())[:_LONGEST_SUMMARY]

"""The people of a Discourse forum: authors of posts, and the list of users that its admins can save."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from catalog.nouns import Person
from ingest.formats.tidy import one_line
from ingest.sources.shared.json_values import Json, mapping, mappings, number, string
from ingest.sources.shared.people import email_identities, handle, is_bot

_BOTS = {"system", "discobot"}
# "anon" and a number is what remains of an account that was made anonymous, "anonymous" a mask that is worn
_NOBODY = re.compile(r"anon(?:ymous)?_?\d*|\[?deleted\]?(?:[ _-]?user)?_?\d*|deleted\d*", re.IGNORECASE)


def person(post: Json, source: str, emails: Mapping[str, str]) -> Person | None:
    """The author of a post; None if the account was deleted or made anonymous.

    Args:
        post: The post, as the API describes it.
        source: Name of the source.
        emails: Verified addresses by user name in lower case.
    """
    account, user = number(post.get("user_id")), one_line(string(post.get("username")), 200)
    if not user or _NOBODY.fullmatch(user):
        return None
    shown = one_line(string(post.get("name") or post.get("display_username")), 200)
    name = shown if shown and not _NOBODY.fullmatch(shown) else user
    bot = (account is not None and account < 0) or user.casefold() in _BOTS
    known = handle(user if account is None else str(account), source)
    return Person(
        name, frozenset({known}) | email_identities(emails.get(user.lower(), "")), bot=bot or is_bot(user)
    )


def addresses(values: Iterable[object]) -> dict[str, str]:
    """Verified e-mail addresses by user name in lower case.

    Args:
        values: What was saved from `/admin/users/list/active.json?show_emails=true`, or another list of
            objects with `username` and `email`.
    """
    found: dict[str, str] = {}
    for value in values:
        for user in mappings(mapping(value).get("users", value)):
            name, email = string(user.get("username")).strip().lower(), string(user.get("email")).strip()
            # an account is active once its owner has answered a mail to that address
            if name and email and user.get("active") is not False:
                found[name] = email
    return found

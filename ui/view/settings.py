"""The settings as HTML: who the reader is and may do what, the model, and what is in force."""

from __future__ import annotations

from collections.abc import Sequence

from ui.schemas import CommunityOut, SettingOut, StatusOut
from ui.schemas_members import AccountOut, GrantOut, MeOut, TokenOut
from ui.schemas_people import PersonShownOut
from ui.view.parts import Surroundings, community, counted, day, facts, listed, mark, person, section, shown
from ui.view.tags import Html, join, tag

_ORIGINS = {
    "library": "found by copse tune",
    "environment": "from the environment",
    "option": "given at start",
}


def me_view(me: MeOut, mine: PersonShownOut | None, around: Surroundings) -> Html:
    """Who the reader is, and what they may do where."""
    who = {"owner": "You own this library", "guest": "You read as a guest"}.get(me.name, me.name)
    rows = [row for row in (_may(me, one, around) for one in around.communities.values()) if row]
    known = (
        tag("p", "You contribute as ", person(mine.name, mine.person_id), ".")
        if mine
        else tag("p", "Nothing here was written under your address yet.", class_="none")
    )
    return tag(
        "div",
        tag("h2", who, class_="name"),
        known if me.name not in ("owner", "guest") else None,
        section("What you may do", listed(rows, "rows")) if rows else None,
        class_="wide",
    )


def _may(me: MeOut, one: CommunityOut, around: Surroundings) -> Html:
    if me.owner or one.slug in me.stewards:
        told = "read, write, decide about it"
    else:
        told = "read and write" if one.slug in me.contributes else "read"
    return shown(tag("b", community(one.slug, around)), facts(told))


def wish_kept_view() -> Html:
    """That a wish is kept."""
    return tag("p", "Saved. It holds from the next question on.", class_="summary", role="status")


def tokens_view(tokens: Sequence[TokenOut]) -> Html:
    """Tokens without their keys."""
    rows = (
        shown(
            tag("b", one.name),
            " ",
            mark("revoked", "past") if one.revoked else None,
            facts(
                f"no. {one.id}",
                f"acts as {one.acts_as}",
                one.scope.value,
                f"ends {day(one.expires)}",
                f"last used {day(one.used)}" if one.used else "never used",
            ),
        )
        for one in tokens
    )
    return listed(rows, "rows") if tokens else tag("p", "There are no tokens.", class_="none")


def grants_view(grants: Sequence[GrantOut], around: Surroundings) -> Html:
    """What was given to whom."""
    if not grants:
        return tag("p", "Nothing was given to anybody yet.", class_="none")
    return listed((_grant(one, around) for one in grants), "rows")


def _grant(one: GrantOut, around: Surroundings) -> Html:
    where = community(one.community, around) if one.community else "the whole library"
    return shown(tag("b", one.grantee), facts(one.standing.value, where, f"since {day(one.at)}"))


def accounts_view(accounts: Sequence[AccountOut]) -> Html:
    """Who has signed in."""
    if not accounts:
        return tag("p", "Nobody has signed in yet.", class_="none")
    return listed(map(_account, accounts), "rows")


def _account(one: AccountOut) -> Html:
    named = one.name if one.name and one.name != one.email else ""
    return shown(
        tag("b", one.email or f"account {one.id}"),
        " ",
        mark("suspended", "risk") if one.suspended else None,
        facts(named, ", ".join(one.groups), f"last seen {day(one.last_seen)}"),
    )


def library_view(status: StatusOut, around: Surroundings) -> Html:
    """The communities, and how much of what was read can be found by meaning."""
    rows = (
        shown(
            tag("b", community(one.slug, around)),
            facts(one.slug, counted(sum(one.items.values()), "item")),
        )
        for one in around.communities.values()
    )
    return tag(
        "div",
        section("Communities", listed(rows, "rows")) if around.communities else None,
        section("Embedding model", tag("p", tag("b", status.model or "none yet")), _embedded(status)),
        class_="wide",
    )


def _embedded(status: StatusOut) -> Html:
    share = f"{status.embedded:,} of {status.passages:,} passages can be found by meaning"
    return facts(share, "a question waits for no other machine")


def in_force_view(settings: Sequence[SettingOut]) -> Html:
    """The settings in force, the changed ones first."""
    changed = [one for one in settings if one.origin != "default"]
    rest = [one for one in settings if one.origin == "default"]
    return tag(
        "div",
        tag(
            "p",
            "A setting is changed by its environment variable, before ",
            tag("code", "copse serve"),
            " starts.",
            class_="summary",
        ),
        section("Changed here", listed(map(_setting, changed), "rows")) if changed else None,
        section("As they come", listed(map(_setting, rest), "rows")),
    )


def _setting(one: SettingOut) -> Html:
    value = tag("code", str(one.value)) if one.value != "" else tag("span", "empty", class_="none")
    return shown(
        tag("p", tag("b", one.name), " = ", value),
        tag("p", one.help, class_="excerpt"),
        facts(tag("code", one.variable), _ORIGINS.get(one.origin)),
    )


def key_view(key: str) -> Html:
    """What to do with a new key."""
    return join([tag("p", "Keep this key now; nobody can show it again:"), tag("code", key, class_="block")])

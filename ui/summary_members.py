"""Shows on a terminal who may enter and do what."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ui.schemas_members import (
    GrantedOut,
    MembersOut,
    RevokedOut,
    SuspendedOut,
    TokenMadeOut,
    TokenOut,
    TokenRevokedOut,
    TokensOut,
)
from ui.summary import make_table
from ui.terminal import date, line

_WHOLE = "the whole library"


def show_members(console: Console, members: MembersOut) -> None:
    """Print who has signed in, and what was given to whom."""
    if not members.accounts and not members.grants:
        console.print("Nobody has signed in yet, and nothing was given to anybody.")
        return
    if members.grants:
        table = make_table("Who", "May", "In", "Since")
        for grant in members.grants:
            table.add_row(
                Text(line(grant.grantee)),
                grant.standing.value,
                Text(line(grant.community) or _WHOLE),
                date(grant.at),
            )
        console.print(table)
    if members.accounts:
        _show_accounts(console, members, space=bool(members.grants))


def _show_accounts(console: Console, members: MembersOut, *, space: bool) -> None:
    if space:
        console.print()
    table = make_table("No.", "Account", "Name", "Groups", "Last seen", "")
    for one in members.accounts:
        table.add_row(
            str(one.id),
            Text(line(one.email)),
            Text(line(one.name)),
            Text(", ".join(map(line, one.groups))),
            date(one.last_seen),
            "suspended" if one.suspended else "",
        )
    console.print(table)


def show_granted(console: Console, granted: GrantedOut) -> None:
    """Print what was given."""
    one = granted.granted
    where = line(one.community) or _WHOLE
    console.print(f"{line(one.grantee)} is now {one.standing.value} in {where}.", markup=False)


def show_revoked(console: Console, revoked: RevokedOut) -> None:
    """Print what was taken away."""
    where = line(revoked.community) or _WHOLE
    console.print(f"{line(revoked.grantee)} has no standing of their own in {where} any more.", markup=False)


def show_suspended(console: Console, suspended: SuspendedOut) -> None:
    """Print who is kept out, or let in again."""
    told = "is kept out, at once and everywhere" if suspended.suspended else "may enter again"
    console.print(f"{line(suspended.who)} {told}.", markup=False)


def show_tokens(console: Console, tokens: TokensOut) -> None:
    """Print a line for each token."""
    if not tokens.tokens:
        console.print("There are no tokens; `copse tokens add NAME` makes one.", markup=False)
        return
    table = make_table("No.", "Name", "Acts as", "Scope", "Ends", "Last used", "")
    for one in tokens.tokens:
        table.add_row(
            str(one.id),
            Text(line(one.name)),
            Text(line(one.acts_as)),
            one.scope.value,
            date(one.expires),
            date(one.used),
            "revoked" if one.revoked else "",
        )
    console.print(table)


def show_token_made(console: Console, made: TokenMadeOut) -> None:
    """Print a new token's key, which nobody can look up again."""
    console.print(f"{_told(made.token)}. Keep this key; it is not shown again:", markup=False)
    console.print(made.key, markup=False, soft_wrap=True)


def show_token_revoked(console: Console, revoked: TokenRevokedOut) -> None:
    """Print which token ended."""
    console.print(
        f"Token {revoked.token.id}, {line(revoked.token.name)}, does not count any more.", markup=False
    )


def _told(one: TokenOut) -> str:
    return f"Token {one.id} acts as {line(one.acts_as)} ({one.scope.value}) until {date(one.expires)}"

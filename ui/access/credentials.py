"""Credentials: how somebody shows who they are. Nothing here decides what they may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Configured:
    """No sign-in: whoever asks is the viewer whom the settings name, as on the command line."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A visitor who has not signed in, where one can."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A face for which the settings name its own viewer, such as a chat that signs what it sends.

    Attributes:
        viewer: 'guest', or a reader's e-mail address or name; never the owner.
    """

    viewer: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """A key of a program.

    Attributes:
        key: The whole token.
    """

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a provider of the sign-in says about somebody, already verified.

    Attributes:
        issuer: Address of the provider.
        subject: The provider's name for them.
        email: Their e-mail address, only if the provider has verified it.
        name: What they call themselves.
        groups: The groups that the provider names.
        counts: Whether it still counts, asked anew: somebody may sign out while a page of theirs stays open.
    """

    issuer: str
    subject: str
    email: str = ""
    name: str = ""
    groups: frozenset[str] = frozenset()
    counts: Callable[[], bool] = field(default=_always, compare=False, repr=False)


Credentials = Configured | Nobody | Vouched | Bearer | SignedIn

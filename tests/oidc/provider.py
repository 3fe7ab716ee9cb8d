"""A real OpenID Connect provider (`provider.mjs`), and the way through it without a browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

SECRET = "the secret of the tests"  # noqa: S105 - of the provider of the tests
COOKIE_SECRET = "a secret of the cookies of the tests"  # noqa: S105
AUDIENCE = "https://copse.example.org/api"

_HERE = Path(__file__).parent
_NODE = shutil.which("node")
_OLDEST_NODE = 20


def missing() -> str:
    """What is missing to run the provider; empty if it can be run."""
    if _NODE is None:
        return "no node on this machine"
    version = subprocess.run([_NODE, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0] or 0) < _OLDEST_NODE:
        return f"the provider needs node {_OLDEST_NODE} or newer; this is {version or 'none'}"
    if not (_HERE / "node_modules" / "oidc-provider").is_dir():
        return "the provider is not installed: npm ci --prefix tests/oidc"
    return ""


@dataclass(frozen=True)
class Provider:
    """A provider that is running.

    Attributes:
        issuer: Its address.
    """

    issuer: str

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of a Copse whose people sign in there."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": "copse",
            "oidc_client_secret": SECRET,
            "cookie_secret": COOKIE_SECRET,
        }

    @property
    def variables(self) -> dict[str, str]:
        """The same as environment variables."""
        return {f"COPSE_{name.upper()}": value for name, value in self.settings.items()}

    def mint(self, claims: Mapping[str, Any], **how: Any) -> str:
        """A token with these claims, signed with the provider's key, or as is said."""
        return httpx.post(f"{self.issuer}/mint", json={"claims": claims, **how}).text

    def token_for_a_program(self) -> str:
        """An access token that a program gets from the provider for itself."""
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{self.issuer}/token", data=form, auth=("robot", SECRET)).json()
        token: str = answer["access_token"]
        return token


@contextmanager
def running() -> Iterator[Provider]:
    """A provider, until the block ends."""
    assert _NODE is not None
    command = [_NODE, "provider.mjs"]
    with subprocess.Popen(
        command, cwd=_HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Provider(process.stdout.readline().strip())
        finally:
            process.terminate()


def sign_in(client: httpx.Client, start: str, who: str) -> httpx.Response:
    """Go from Copse's address of the sign-in to the provider and back, as a browser would.

    Args:
        client: Keeps the cookies.
        start: Where to begin.
        who: The name that is entered at the provider.
    """
    form = client.get(start, follow_redirects=True)
    assert re.search('name="who"', form.text), form.text
    at = str(form.url)
    answer = client.post(at, data={"who": who})
    while answer.is_redirect and "/oauth2callback" not in at:
        at = urljoin(at, answer.headers["location"])
        answer = client.get(at)
    return answer

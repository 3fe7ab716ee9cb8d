"""The one table of settings: name, default, help.

A setting comes from the command line, else from the environment (`COPSE_` + its name in capitals),
else, if it is a weight, from what `copse tune` has found for the library, else from the table. Settings are
read once at start and passed on as values.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog.errors import SettingError
from catalog.tuned import read_tuned


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; the type of `default` is the type of the setting.

    Attributes:
        name: Its name.
        default: Its value if nothing else is said.
        help: What it decides.
        choices: The only values, if there are few.
        bounds: The smallest and the largest value of a number.
        secret: Whether its value is never shown.
    """

    name: str
    default: str | int | float
    help: str
    choices: tuple[str, ...] = ()
    bounds: tuple[float, float] = (1, math.inf)
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"COPSE_{self.name.upper()}"

    def parse(self, raw: str) -> str | int | float:
        """Turn text into a value of the setting's type.

        Raises:
            SettingError: If the text is no such value.
        """
        try:
            value = type(self.default)(raw)
        except ValueError as error:
            wanted = "a whole number" if isinstance(self.default, int) else "a number"
            raise SettingError(f"{self.variable}={raw!r}: give {wanted}, such as {self.default}") from error
        low, high = self.bounds
        if isinstance(value, int | float) and not low <= value <= high:
            wanted = f"from {low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
            raise SettingError(f"{self.variable}={raw!r}: give {wanted}, such as {self.default}")
        if self.choices and value not in self.choices:
            raise SettingError(f"{self.variable}={raw!r}: choose one of {', '.join(self.choices)}")
        return value


TABLE: tuple[Setting, ...] = (
    Setting(
        "library",
        "~/.local/share/copse",
        "Folder that holds the library: the catalog and the indexes made from it.",
    ),
    Setting(
        "viewer",
        "owner",
        "Who asks: 'owner' reads every community, 'guest' only public ones, "
        "a reader's e-mail or name also the private ones that list it.",
    ),
    Setting(
        "model",
        "all-MiniLM-L6-v2",
        "Embedding model: the packaged default, or the name or folder of any sentence-transformers model "
        "that is on this machine.",
    ),
    Setting(
        "precision",
        "auto",
        "Arithmetic of the model: bf16 is faster where the processor has it; auto finds out. int8, for the "
        "packaged model and processors with VNNI, embeds 1.3 times as many passages as bf16 and 2.4 times as "
        "many as fp32, and puts about 3 % of the ten nearest others in their place.",
        ("auto", "bf16", "fp32", "int8"),
    ),
    Setting(
        "batch_tokens", 2048, "Tokens that are embedded in one go; what a processor's caches hold is fastest."
    ),
    Setting(
        "passage_tokens",
        200,
        "Longest passage, in tokens of the model, title and headings included.",
        bounds=(20, math.inf),
    ),
    Setting("parse_seconds", 60, "Longest time that one file may take to be read."),
    Setting("parse_megabytes", 1024, "Most memory that reading one file may take (Linux)."),
    Setting("file_megabytes", 100, "Largest file that is read."),
    Setting(
        "dense_weight",
        0.7,
        "Share of meaning (against shared words) in a hit's score where a question is asked, from 0 to 1.",
        bounds=(0, 1),
    ),
    Setting(
        "dense_weight_statement",
        0.4,
        "The same where nothing is asked: a claim, a subject, an abstract, key words.",
        bounds=(0, 1),
    ),
    Setting(
        "votes_weight",
        0.04,
        "What many votes add to a hit's score at most; 10 votes add half of it.",
        bounds=(0, 1),
    ),
    Setting(
        "reranker",
        "",
        "Cross-encoder that puts the best hits in order: the folder or name of a sentence-transformers "
        "CrossEncoder that is on this machine; empty for none. It costs about 25 ms a hit.",
    ),
    Setting("rerank_depth", 20, "Hits that the reranker reads.", bounds=(1, 200)),
    Setting(
        "rerank_weight",
        0.5,
        "Share of the reranker in the order of these hits, from 0 to 1.",
        bounds=(0, 1),
    ),
    Setting(
        "answer_threshold",
        0.5,
        "Confidence that an answer needs, from 0 to 1; with less, the evidence is said to be thin.",
        bounds=(0, 1),
    ),
    Setting(
        "partial_threshold",
        0.35,
        "Confidence below which Copse says that nobody has written about it, from 0 to 1.",
        bounds=(0, 1),
    ),
    Setting(
        "record_gaps",
        "yes",
        "Whether questions are counted by day, for `copse community`, and those that could not be answered "
        "kept, for `copse gaps`; nobody is told who asked.",
        ("yes", "no"),
    ),
    Setting(
        "half_life_years",
        1.0,
        "Age at which an answer counts half as evidence of expertise, before the newest contribution of the "
        "library; what was written to last (posts, documents, lessons) does not age.",
        bounds=(0.01, math.inf),
    ),
    Setting(
        "llm_url",
        "",
        "Address of a language model that words answers: any endpoint that speaks the OpenAI protocol, such "
        "as http://localhost:11434/v1; empty for none. The question and the passages found for it are sent "
        "to this address and to nowhere else.",
    ),
    Setting("llm_model", "", "Name of the model there."),
    Setting("llm_key", "", "Key that the address asks for, if it does; it is never shown.", secret=True),
    Setting(
        "llm_context",
        3000,
        "Most tokens of passages that are sent to the language model for one answer.",
        bounds=(200, 200_000),
    ),
    Setting(
        "llm_seconds",
        30.0,
        "Longest time that the language model may take for an answer.",
        bounds=(0.1, 600),
    ),
    Setting(
        "public_url",
        "",
        "Address under which people open Copse, such as https://copse.example.org, for the links in "
        "requests and the way back from a sign-in; empty if they cannot.",
    ),
    Setting(
        "smtp_url",
        "",
        "Mail server by which requests go out, such as smtp://user:password@mail.example.org:587 or "
        "smtps://…; empty for none. It is never shown.",
        secret=True,
    ),
    Setting("smtp_from", "", "Address from which they go out; the user of the mail server if it is empty."),
    Setting(
        "webhook_url",
        "",
        "Address that gets requests as JSON, such as that of a chat; empty for none. It is never shown.",
        secret=True,
    ),
    Setting(
        "webhook_key",
        "",
        "Key by which what is sent there is signed (HMAC-SHA256), if it is to be; it is never shown.",
        secret=True,
    ),
    Setting("requests_a_day", 20, "Most questions that one viewer, but the owner, may put to people a day."),
    Setting(
        "guests",
        "yes",
        "Whether visitors who have not signed in may read public communities, where one can sign in.",
        ("yes", "no"),
    ),
    Setting(
        "member_role",
        "contributor",
        "What those who have signed in may do in the communities that they may read, without a grant: reader "
        "only reads; contributor writes posts and lessons, uploads documents and says what helped.",
        ("reader", "contributor"),
    ),
    Setting(
        "sign_in_only",
        "",
        "Who may sign in: domains of e-mail addresses, addresses, or groups as group:NAME, separated by "
        "commas; empty for everybody whom the provider lets in.",
    ),
    Setting(
        "api_rate",
        300,
        "Most requests a minute that one member, or one address that has not signed in, may send to the HTTP "
        "API, pages that are drawn included; 0 for any number. Who is served on their own machine without "
        "sign-in is not counted.",
        bounds=(0, math.inf),
    ),
    Setting(
        "api_at_once",
        8,
        "Questions that are answered at once over the HTTP API, and as many other requests; the rest wait.",
    ),
    Setting("api_queue", 200, "Requests that may wait; more are turned away.", bounds=(0, math.inf)),
    Setting(
        "api_seconds",
        60.0,
        "Longest time that a request may take, waiting included; that of the language model comes on top.",
        bounds=(0.1, math.inf),
    ),
    Setting("api_kilobytes", 1024, "Largest body of a request, but for uploads of documents."),
    Setting(
        "metrics",
        "owner",
        "Who may read `/api/v1/metrics`: the library's owner, or whoever reaches the address.",
        ("owner", "open"),
    ),
    Setting(
        "slack_secret",
        "",
        "Signing secret of a Slack app whose slash command asks Copse at /hooks/slack; empty for none. It is "
        "never shown.",
        secret=True,
    ),
    Setting(
        "slack_viewer",
        "guest",
        "Who asks through Slack: 'guest' reads public communities, a reader's e-mail or name also the "
        "private ones that list it. Everybody in the workspace reads what this viewer may.",
    ),
    Setting(
        "teams_secret",
        "",
        "Security token of an outgoing webhook of Microsoft Teams that asks Copse at /hooks/teams; empty for "
        "none. It is never shown.",
        secret=True,
    ),
    Setting("teams_viewer", "guest", "Who asks through Teams, as in slack_viewer."),
    Setting(
        "embed_origins",
        "",
        "Sites whose pages may show similar problems of public communities, such as "
        "https://forum.example.org, separated by commas; empty for none.",
    ),
    Setting(
        "oidc_issuer",
        "",
        "Address of the OpenID Connect provider where people sign in, such as "
        "https://login.example.org/realms/club; empty for no sign-in.",
    ),
    Setting("oidc_client_id", "", "Name under which the provider knows Copse."),
    Setting("oidc_client_secret", "", "Secret that the provider gave Copse; it is never shown.", secret=True),
    Setting("oidc_name", "", "What people call the provider, such as 'your university account'."),
    Setting("oidc_scopes", "openid email profile", "What the provider is asked for; some want 'groups' too."),
    Setting(
        "oidc_groups_claim",
        "groups",
        "Where the provider's tokens name somebody's groups; a dot leads inside, as in realm_access.roles.",
    ),
    Setting(
        "oidc_audience",
        "",
        "Audience that the provider's tokens must have to open the HTTP API; oidc_client_id if it is empty.",
    ),
    Setting(
        "session_hours", 12.0, "Hours after which somebody has to sign in again.", bounds=(0.05, 24 * 30)
    ),
    Setting(
        "cookie_secret",
        "",
        "What the cookies of those who have signed in are signed with: 32 characters or more; if it is "
        "empty, a random one is kept in the library's folder. It is never shown.",
        secret=True,
    ),
    Setting("host", "127.0.0.1", "Address that `copse serve` listens on."),
    Setting(
        "trusted_proxies",
        "",
        "Addresses of the proxies in front of `copse serve`, separated by commas: whom they name as the "
        "visitor is believed, and each visitor is counted apart; empty for none.",
    ),
    Setting("port", 8501, "Port that `copse serve` listens on; with 0, one that is free.", bounds=(0, 65535)),
)

_BY_NAME = {setting.name: setting for setting in TABLE}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; each field is a row of `TABLE`."""

    library: Path
    viewer: str
    model: str
    precision: str
    batch_tokens: int
    passage_tokens: int
    parse_seconds: int
    parse_megabytes: int
    file_megabytes: int
    dense_weight: float
    dense_weight_statement: float
    votes_weight: float
    reranker: str
    rerank_depth: int
    rerank_weight: float
    answer_threshold: float
    partial_threshold: float
    record_gaps: str
    half_life_years: float
    llm_url: str
    llm_model: str
    llm_key: str = field(repr=False)
    llm_context: int
    llm_seconds: float
    public_url: str
    smtp_url: str = field(repr=False)
    smtp_from: str
    webhook_url: str = field(repr=False)
    webhook_key: str = field(repr=False)
    requests_a_day: int
    guests: str
    member_role: str
    sign_in_only: str
    api_rate: int
    api_at_once: int
    api_queue: int
    api_seconds: float
    api_kilobytes: int
    metrics: str
    slack_secret: str = field(repr=False)
    slack_viewer: str
    teams_secret: str = field(repr=False)
    teams_viewer: str
    embed_origins: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_name: str
    oidc_scopes: str
    oidc_groups_claim: str
    oidc_audience: str
    session_hours: float
    cookie_secret: str = field(repr=False)
    host: str
    trusted_proxies: str
    port: int


def read_settings(
    options: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    tuned: bool = True,
) -> Settings:
    """Settle every setting, once.

    Args:
        options: Values given on the command line; those that are None count as not given.
        environ: The environment; `os.environ` if not given.
        tuned: Whether the weights found for the library count.

    Raises:
        SettingError: If a value does not fit, or an option is not in the table.
    """
    environ = os.environ if environ is None else environ
    settings = _read_settings(options or {}, environ)
    found = read_tuned(settings.library) if tuned else {}
    given = {name for name, value in (options or {}).items() if value is not None}
    given |= {name for name in found if environ.get(_BY_NAME[name].variable)}
    return with_weights(settings, {name: value for name, value in found.items() if name not in given})


def _read_settings(options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    values: dict[str, Any] = {}
    for setting in TABLE:
        raw = environ.get(setting.variable)
        values[setting.name] = setting.default if raw is None or raw == "" else setting.parse(raw)
    for name, value in options.items():
        if name not in _BY_NAME:
            raise SettingError(f"{name}: no such setting; `copse settings` lists them")
        if value is not None:
            values[name] = _BY_NAME[name].parse(str(value))
    values["library"] = Path(values["library"]).expanduser()
    return Settings(**values)


def with_weights(settings: Settings, weights: Mapping[str, float]) -> Settings:
    """The settings with other weights."""
    changed: dict[str, Any] = dict(weights)
    return replace(settings, **changed)

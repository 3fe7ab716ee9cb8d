"""Looks at all that an answer depends on: the library, the models, the indexes, and who may enter."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.errors import CopseError, SettingError
from catalog.nouns import Viewer
from catalog.reader import Status
from catalog.settings import Settings
from catalog.store import Catalog
from search.encoder import open_encoder
from search.indexes import Indexes
from search.llm import Probe, probe
from search.reranker import CrossEncoderReranker
from ui.access.issuer import Issuer
from ui.access.sign_in import sign_in_of
from ui.library import make_viewer
from ui.progress import counted
from ui.schemas_doctor import CheckOut, DoctorOut, ModelProbeOut

_INGEST = "run `copse ingest PATH`"


def examine(settings: Settings) -> DoctorOut:
    """Look at everything; what is broken is told, not raised."""
    checks = [*_library_checks(settings), *_model_checks(settings)]
    language, tried = _language_model(settings)
    checks += [language, *_sign_in(settings)]
    return DoctorOut(
        healthy=all(check.state != "broken" for check in checks),
        checks=checks,
        language_model=None if tried is None else _probe_out(tried),
    )


def _broken(name: str, error: CopseError) -> CheckOut:
    """A check that failed; the message of an error ends with what to do."""
    found, _, advice = str(error).rpartition("; ")
    return CheckOut(name=name, state="broken", found=found or advice, advice=advice if found else "")


# --- the library ---


def _library_checks(settings: Settings) -> Iterator[CheckOut]:
    try:
        with Catalog.open(settings.library, create=False) as catalog:
            viewer = make_viewer(catalog, settings)
            yield from _content(catalog, viewer, settings)
            yield _indexes(catalog)
    except CopseError as error:
        yield _broken("library", error)


def _content(catalog: Catalog, viewer: Viewer, settings: Settings) -> Iterator[CheckOut]:
    with catalog.read(viewer) as reader:
        status, communities = reader.status(), len(reader.communities())
    items = sum(status.items.values())
    held = f"{counted(items, 'item')} in {_number(communities, 'community', 'communities')}"
    yield CheckOut(
        name="library",
        state="ok" if items else "warning",
        found=f"{held}, in {settings.library}",
        advice="" if items else f"nothing has been read yet; {_INGEST}",
    )
    if status.failures:
        yield CheckOut(
            name="sources",
            state="warning",
            found=f"{counted(len(status.failures), 'thing')} could not be read",
            advice="see `copse status --failures`",
        )
    yield _embedded(status)


def _embedded(status: Status) -> CheckOut:
    complete = status.embedded == status.passages
    share = status.embedded / status.passages if status.passages else 1.0
    return CheckOut(
        name="embedded",
        state="ok" if complete else "warning",
        found=f"{share:.0%} of {counted(status.passages, 'passage')}",
        advice="" if complete else "run `copse ingest` or `copse sync` again to complete it",
    )


def _indexes(catalog: Catalog) -> CheckOut:
    try:
        indexes = Indexes(catalog)
    except CopseError as error:
        return _broken("indexes", error)
    return CheckOut(name="indexes", state="ok", found=f"up to date with generation {indexes.generation}")


# --- the models on this machine ---


def _model_checks(settings: Settings) -> Iterator[CheckOut]:
    try:
        encoder = open_encoder(settings.model, settings.precision, settings.batch_tokens)
        encoder.encode(["a test"])
        found = f"{encoder.name}: {encoder.dimension} dimensions, {encoder.engine}"
        yield CheckOut(name="embedding model", state="ok", found=found)
    except CopseError as error:
        yield _broken("embedding model", error)
    if not settings.reranker:
        return
    try:
        CrossEncoderReranker.load(settings.reranker).score("a question", ["a text"])
        yield CheckOut(name="reranker", state="ok", found=settings.reranker)
    except CopseError as error:
        yield _broken("reranker", error)


# --- the language model ---


def _language_model(settings: Settings) -> tuple[CheckOut, Probe | None]:
    name = "language model"
    try:
        tried = probe(settings)
    except SettingError as error:
        return _broken(name, error), None
    if tried is None:
        return CheckOut(name=name, state="ok", found="none is set; answers are quoted"), None
    if tried.problem:
        found, _, advice = tried.problem.partition("; ")
        return CheckOut(name=name, state="broken", found=found, advice=advice), tried
    return CheckOut(name=name, state="ok", found=_able(settings, tried)), tried


def _able(settings: Settings, tried: Probe) -> str:
    can = {
        "streaming": tried.streaming,
        "JSON schema": tried.json_schema,
        "system role": tried.system_role,
    }
    told = ", ".join(name if able else f"no {name}" for name, able in can.items())
    return f"{settings.llm_model} at {settings.llm_url} answered in {tried.seconds:.1f} s; {told}"


# --- the sign-in ---


def _sign_in(settings: Settings) -> Iterator[CheckOut]:
    """Nothing where there is none."""
    try:
        sign_in = sign_in_of(settings)
        if sign_in is not None:
            Issuer.discover(sign_in)
            found = f"at {sign_in.issuer}, which leads back to {sign_in.redirect_uri}"
            yield CheckOut(name="sign-in", state="ok", found=found)
    except CopseError as error:
        yield _broken("sign-in", error)


def _probe_out(tried: Probe) -> ModelProbeOut:
    return ModelProbeOut(
        reachable=tried.reachable,
        model_known=tried.model_known,
        streaming=tried.streaming,
        json_schema=tried.json_schema,
        system_role=tried.system_role,
        seconds=round(tried.seconds, 3),
    )


def _number(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"

"""The language model behind its protocol, against a real server on this machine."""

from __future__ import annotations

import json
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import LanguageModelError, SettingError, Trouble
from catalog.settings import Settings, read_settings
from search.llm import LanguageModel, Message, OpenAIModel, Probe, open_llm, probe
from search.llms.dialect import Dialect, merge_system
from search.llms.reply import open_reply
from search.llms.trouble import Endpoint, retry_after
from tests.search.llm_server import (
    Answer,
    Behaviour,
    Server,
    breaks_off,
    falls_silent,
    goes_on_for_ever,
    in_turn,
    never_finishes,
    refuses,
    refuses_if,
    refuses_system_role,
    says,
    says_at_once,
    says_in_json,
    says_nothing,
    sends,
    serve,
)

_ASKED = [Message("system", "Be brief."), Message("user", "Why is the water green?")]
_SOON = 0.3  # seconds that a server which never ends is given


def _ask(server: Server, seconds: float = 60, max_tokens: int = 100, key: str = "") -> str:
    return "".join(_stream(OpenAIModel(server.url, "tiny", key), seconds, max_tokens))


def _stream(model: LanguageModel, seconds: float = 60, max_tokens: int = 100) -> Iterator[str]:
    return model.stream(_ASKED, max_tokens=max_tokens, deadline=time.monotonic() + seconds)


def _trouble(behaviour: Behaviour, seconds: float = 60, key: str = "") -> LanguageModelError:
    with serve(behaviour) as server, pytest.raises(LanguageModelError) as error:
        _ask(server, seconds, key=key)
    return error.value


# --- asking ---


def test_pieces_come_as_they_arrive() -> None:
    """The first piece is there while the server still waits to send the second."""
    with serve(falls_silent("Light ")) as server:
        pieces = _stream(OpenAIModel(server.url, "tiny"))
        first = next(pieces)
        server.go_on.set()

        assert (first, list(pieces)) == ("Light ", ["late"])


def test_a_request_has_the_messages_and_no_tools() -> None:
    """Nothing else is in it than what is needed."""
    with serve(says("Light.")) as server:
        _ask(server, max_tokens=50)

    assert server.requests[0].body == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why is the water green?"},
        ],
        "stream": True,
        "max_tokens": 50,
        "temperature": 0,
    }


def test_a_request_tells_nothing_about_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what the package would tell of it, nor what its environment variables say."""
    for name, value in {
        "OPENAI_API_KEY": "sk-environment",
        "OPENAI_BASE_URL": "http://127.0.0.1:9",
        "OPENAI_ORG_ID": "org",
        "OPENAI_PROJECT_ID": "project",
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer other\nX-Secret: secret",
    }.items():
        monkeypatch.setenv(name, value)
    with serve(says("Light.")) as server:
        _ask(server)
        _ask(server, key="sk-given")
    without, with_key = (request.headers for request in server.requests)

    assert set(without) <= {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
        "user-agent",
    }
    assert with_key["authorization"] == "Bearer sk-given"
    assert with_key["user-agent"] == "copse"


def test_a_server_that_does_not_stream_is_understood() -> None:
    """It answers a request for a stream with one document."""
    with serve(says_at_once("Light makes it green.")) as server:
        model = OpenAIModel(server.url, "tiny")

        assert list(_stream(model)) == ["Light makes it green."]
        assert model.streamed is False


def test_an_answer_without_end_is_cut() -> None:
    """A server that does not count tokens cannot fill the memory."""
    with serve(goes_on_for_ever("blah ")) as server:
        assert _ask(server, max_tokens=10) == "blah " * 16


def test_an_answer_that_nobody_reads_any_more_ends() -> None:
    """Whoever has read enough can leave."""
    with serve(goes_on_for_ever("blah ")) as server:
        pieces = _stream(OpenAIModel(server.url, "tiny"))
        next(pieces)
        getattr(pieces, "close")()  # noqa: B009 - an iterator need not have it, this one does

        assert list(pieces) == []


def test_several_can_ask_at_once() -> None:
    """One who waits holds nobody up."""
    with serve(in_turn(falls_silent("Light "), says("Algae."))) as server:
        model = OpenAIModel(server.url, "tiny")
        waiting = _stream(model)
        next(waiting)

        assert list(_stream(model)) == ["Algae."]
        server.go_on.set()
        assert list(waiting) == ["late"]


# --- servers that take less of the protocol ---


def test_a_server_without_the_role_of_the_system_gets_one_message() -> None:
    """Its text comes first in the user's message, and the next request begins with that form."""
    with serve(refuses_system_role("Light.")) as server:
        model = OpenAIModel(server.url, "tiny")

        assert [*_stream(model), *_stream(model)] == ["Light.", "Light."]
    asked = [request.body["messages"] for request in server.requests]
    merged = [{"role": "user", "content": "Be brief.\n\nWhy is the water green?"}]
    assert asked[1:] == [merged, merged]


@pytest.mark.parametrize(
    ("unwanted", "message", "changed"),
    [
        pytest.param(
            lambda body: "max_tokens" in body,
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            {"max_completion_tokens": 100},
            id="another name of the limit",
        ),
        pytest.param(
            lambda body: "temperature" in body,
            "Unsupported value: 'temperature' does not support 0 with this model.",
            {},
            id="one temperature only",
        ),
        pytest.param(
            lambda body: body["stream"], "streaming is not supported", {"stream": False}, id="no streams"
        ),
    ],
)
def test_what_a_server_complains_about_is_changed(
    unwanted: Callable[[Any], bool], message: str, changed: dict[str, Any]
) -> None:
    """And everything else stays as it is."""
    with serve(refuses_if(unwanted, message, "Light.")) as server:
        assert _ask(server) == "Light."
    before, after = (request.body for request in server.requests)
    assert {name: value for name, value in after.items() if before.get(name) != value} == changed


def test_a_request_that_is_refused_in_every_form_is_told() -> None:
    """Once as it is, once without the role of the system, and no more."""
    told = pytest.raises(LanguageModelError, match="HTTP 400: context length exceeded")
    with serve(refuses(400, "context length exceeded")) as server, told as error:
        _ask(server)
    assert (error.value.kind, len(server.requests)) == (Trouble.REFUSED, 2)


def test_merging_keeps_all_that_is_said() -> None:
    """Whoever speaks first."""
    rules, question, answer = (
        Message("system", "Be brief."),
        Message("user", "Why?"),
        Message("assistant", "So."),
    )
    assert merge_system([question]) == [question]
    assert merge_system([rules]) == [Message("user", "Be brief.")]
    assert merge_system([rules, question, answer]) == [Message("user", "Be brief.\n\nWhy?"), answer]
    assert merge_system([rules, answer]) == [Message("user", "Be brief."), answer]


def test_a_form_is_changed_only_where_something_is_left_to_change() -> None:
    """So asking comes to an end."""
    plain = Dialect(stream=False, temperature=False, limit="max_completion_tokens", system_role=False)
    assert plain.adapted("stream, temperature, max_completion_tokens, system", _ASKED) is None
    assert Dialect().adapted("no", [Message("user", "Why?")]) is None


# --- trouble ---


@pytest.mark.parametrize(
    ("behaviour", "kind", "advice"),
    [
        pytest.param(refuses(401), Trouble.REFUSED, "set COPSE_LLM_KEY", id="401"),
        pytest.param(refuses(403), Trouble.REFUSED, "set COPSE_LLM_KEY", id="403"),
        pytest.param(refuses(404), Trouble.REFUSED, "there is no model 'tiny'", id="404"),
        pytest.param(refuses(429), Trouble.RATE_LIMITED, "ask again later", id="429"),
        pytest.param(
            refuses(429, Retry_After="7200"), Trouble.RATE_LIMITED, "ask again in 7200 seconds", id="429 long"
        ),
        pytest.param(refuses(500, "out of memory"), Trouble.FAILED, "HTTP 500: out of memory", id="500"),
        pytest.param(refuses(503), Trouble.FAILED, "ask again later", id="503"),
        pytest.param(says_nothing(), Trouble.EMPTY, "take another model", id="no text"),
        pytest.param(says(" ", "\n"), Trouble.EMPTY, "take another model", id="blanks"),
        pytest.param(sends(), Trouble.EMPTY, "take another model", id="no bytes"),
        pytest.param(breaks_off("Light "), Trouble.CUT_OFF, "broke off in the middle", id="cut off"),
        pytest.param(never_finishes("Light "), Trouble.CUT_OFF, "broke off in the middle", id="not finished"),
        pytest.param(
            sends(b'data: {"choices": [\n\n'), Trouble.NONSENSE, "JSON that cannot be read", id="broken event"
        ),
        pytest.param(
            sends(b'{"choices": ', content_type="application/json"),
            Trouble.NONSENSE,
            "JSON that cannot be read",
            id="broken document",
        ),
        pytest.param(
            sends(b'{"answer": "Light."}'), Trouble.NONSENSE, "JSON without choices", id="other JSON"
        ),
        pytest.param(sends(b"data: 7\n\n"), Trouble.NONSENSE, "JSON without choices", id="a number"),
        pytest.param(sends(b"data: " + b"[" * 99_999), Trouble.NONSENSE, "cannot be read", id="deep JSON"),
        pytest.param(
            sends(b"<html>Welcome</html>\n", content_type="text/html"),
            Trouble.NONSENSE,
            "neither events nor JSON",
            id="a web page",
        ),
        pytest.param(
            sends(*[b"x" * (1 << 16)] * 17), Trouble.NONSENSE, "an event without an end", id="endless line"
        ),
        pytest.param(
            sends(b"{", *[b" " * (1 << 16)] * 65),
            Trouble.NONSENSE,
            "a document without an end",
            id="endless document",
        ),
        pytest.param(
            sends(b'data: {"error": {"message": "overloaded"}}\n\n'),
            Trouble.FAILED,
            "overloaded",
            id="an error among events",
        ),
    ],
)
def test_trouble_is_told_with_what_to_do(behaviour: Behaviour, kind: Trouble, advice: str) -> None:
    """Each kind by its name, each message with the address."""
    error = _trouble(behaviour)

    assert (error.kind, error.exit_code) == (kind, 9)
    assert advice in str(error)
    assert str(error).startswith("http://127.0.0.1:")


@pytest.mark.parametrize("pieces", [(), ("Light ",)], ids=["at once", "in the middle"])
def test_a_server_that_falls_silent_is_not_waited_for(pieces: tuple[str, ...]) -> None:
    """The deadline holds wherever it is."""
    error = _trouble(falls_silent(*pieces), _SOON)

    assert error.kind is Trouble.SLOW
    assert "COPSE_LLM_SECONDS" in str(error)


def test_a_server_that_keeps_the_connection_alive_is_not_waited_for() -> None:
    """It sends comments and nothing else, and no timeout of a single read would end that."""

    def dawdles(_: object) -> Answer:
        return Answer(iter(lambda: b": still there\n", None))

    assert _trouble(dawdles, _SOON).kind is Trouble.SLOW


def test_a_deadline_that_is_over_asks_nothing() -> None:
    """There is no time for a request."""
    with serve(says("Light.")) as server, pytest.raises(LanguageModelError) as error:
        _ask(server, seconds=0)
    assert (error.value.kind, server.requests) == (Trouble.SLOW, [])


def test_nobody_at_the_address_is_told() -> None:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(LanguageModelError, match=r"cannot be reached .* see that its server runs") as error:
        list(_stream(OpenAIModel(f"http://127.0.0.1:{port}/v1", "tiny")))
    assert error.value.kind is Trouble.UNREACHABLE


def test_a_server_that_hangs_up_is_told() -> None:
    """It takes the connection and closes it without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        model = OpenAIModel(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", "tiny")

        def hang_up() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(LanguageModelError) as error:
            list(_stream(model))
        thread.join()
    assert error.value.kind is Trouble.CUT_OFF


def test_a_redirect_is_not_followed() -> None:
    """Passages go to the address that was set, and to no other."""
    with serve(says("Light.")) as other:
        error = _trouble(refuses(307, Location=f"{other.url}/chat/completions"))

    assert (error.kind, other.requests) == (Trouble.REFUSED, [])
    assert f"leads on to {other.url}" in str(error)


def test_a_key_is_not_told() -> None:
    """Not even when the server repeats it."""
    error = _trouble(refuses(401, "sk-secret is no key"), key="sk-secret")

    assert "sk-secret" not in str(error)
    assert "… is no key" in str(error)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        (["It is sk-secret, ", "it is."], "It is …, it is."),
        (["It is s", "k-", "secret"], "It is …"),
        (["sk-sk-sec", "ret", "sk-s"], "sk-…sk-s"),
        (["sk-secre", "cy"], "sk-secrecy"),
    ],
    ids=["whole", "in pieces", "after its beginning", "another word"],
)
def test_a_key_that_a_server_repeats_is_not_passed_on(pieces: Sequence[str], told: str) -> None:
    """However it is cut; everything else comes through."""
    with serve(says(*pieces)) as server:
        assert _ask(server, key="sk-secret") == told


def test_a_server_that_is_asked_too_often_is_asked_once_more() -> None:
    """If it says when, and there is time for it."""
    with serve(in_turn(refuses(429, Retry_After="0"), says("Light."))) as server:
        assert _ask(server) == "Light."


def test_a_server_that_is_asked_too_often_is_not_asked_for_ever() -> None:
    """Once more is enough."""
    with serve(refuses(429, Retry_After="0")) as server, pytest.raises(LanguageModelError) as error:
        _ask(server)
    assert (error.value.kind, len(server.requests)) == (Trouble.RATE_LIMITED, 2)


def test_an_error_survives_being_sent_to_another_process() -> None:
    """With its kind."""
    error = pickle.loads(pickle.dumps(LanguageModelError(Trouble.SLOW, "late")))  # noqa: S301 - our own
    assert (error.kind, str(error)) == (Trouble.SLOW, "late")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0.5", 0.5), ("-3", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", None), ("nan", None)],
)
def test_a_server_says_when_to_ask_again_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    """What is past is now."""
    assert retry_after(header) == seconds


# --- the bytes of a reply ---


def _pieces(*chunks: bytes) -> list[str]:
    return list(open_reply(chunks, Endpoint("http://x", "tiny")).pieces)


@given(st.data())
def test_events_are_read_however_they_are_cut(data: st.DataObject) -> None:
    """Chunks end anywhere, also in the middle of a character or of a line's end."""
    said = ["Light ", "é🍐", " green"]
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    events = [json.dumps({"choices": [{"delta": {"content": one}}]}, ensure_ascii=False) for one in said]
    body = "".join(f": hello{end}event: x{end}data: {event}{end}{end}" for event in [*events, "[DONE]"])
    whole = body.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)))))

    bounds = [0, *cuts, len(whole)]
    assert _pieces(*(whole[a:b] for a, b in pairwise(bounds))) == said


@given(st.binary(), st.sampled_from([b"", b"data: ", b"{"]))
def test_any_bytes_are_a_reply_or_an_error_of_ours(body: bytes, begin: bytes) -> None:
    """Nothing else comes out of it."""
    try:
        assert all(isinstance(piece, str) for piece in _pieces(begin + body))
    except LanguageModelError as error:
        assert error.kind in set(Trouble)  # noqa: PT017 - either will do


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({"content": "half \ud83d"}, "half ?"),
        ({"content": [{"type": "thinking"}, {"type": "text", "text": "Light."}]}, "Light."),
        ({"content": None, "reasoning_content": "Hm."}, ""),
        ({"content": 7}, ""),
    ],
    ids=["half a character", "parts", "thoughts", "a number"],
)
def test_the_text_of_a_piece_is_its_content(delta: object, text: str) -> None:
    """Thoughts are none, and what is no character cannot be written."""
    event = json.dumps({"choices": [{"delta": delta}]}).encode()
    assert "".join(_pieces(b"data: " + event + b"\n\ndata: [DONE]\n\n")) == text


# --- settings ---


def _settings(url: str, model: str = "tiny", **more: str) -> Settings:
    return read_settings({}, {"COPSE_LLM_URL": url, "COPSE_LLM_MODEL": model, **more})


def test_no_model_is_opened_unless_one_is_set() -> None:
    """The default sends nothing anywhere."""
    assert open_llm(read_settings({}, {})) is None
    assert probe(read_settings({}, {})) is None


def test_the_model_that_is_set_answers() -> None:
    """The address of its conversations will do as well as that of its API."""
    with serve(says("Light.")) as server:
        model = open_llm(_settings(f"{server.url}/chat/completions/"))
        assert model is not None
        assert (model.name, list(_stream(model))) == ("tiny", ["Light."])


@pytest.mark.parametrize(
    ("url", "model", "key", "advice"),
    [
        ("localhost:11434", "tiny", "", "COPSE_LLM_URL: give the http or https address"),
        ("http://me:secret@host/v1", "tiny", "", "the key, if there is one, in COPSE_LLM_KEY"),
        ("http://host/v1?key=secret", "tiny", "", "the key, if there is one, in COPSE_LLM_KEY"),
        ("http://host:99999/v1", "tiny", "", "COPSE_LLM_URL: give the http or https address"),
        ("http://host/v1", "", "", "COPSE_LLM_MODEL: give the name of a model"),
        ("http://host/v1", "tiny", "schlüssel", "COPSE_LLM_KEY: a key has printable ASCII"),
    ],
    ids=["no scheme", "a password", "a query", "no port", "no model", "no key of this kind"],
)
def test_settings_that_cannot_be_used_are_told(url: str, model: str, key: str, advice: str) -> None:
    """Without what may be secret in them."""
    with pytest.raises(SettingError, match=advice) as error:
        open_llm(_settings(url, model, COPSE_LLM_KEY=key))
    assert "secret" not in str(error.value)


def test_settings_do_not_show_the_key() -> None:
    """Not even where somebody prints them."""
    assert "sk-secret" not in repr(_settings("http://host/v1", COPSE_LLM_KEY="sk-secret"))


# --- trying it ---


def _probe(behaviour: Behaviour, models: tuple[str, ...] | None = ("tiny",)) -> Probe:
    with serve(behaviour, models) as server:
        found = probe(_settings(server.url))
    assert found is not None
    return found


def test_a_model_that_can_everything_is_tried() -> None:
    """Nothing of the library is sent."""
    found = _probe(says_in_json({"colour": "blue"}))

    assert (found.reachable, found.model_known, found.problem) == (True, True, "")
    assert (found.streaming, found.json_schema, found.system_role) == (True, True, True)
    assert found.seconds > 0


def test_a_model_that_can_little_is_tried() -> None:
    """It answers all the same."""
    found = _probe(refuses_system_role("Blue."))

    assert (found.reachable, found.model_known, found.problem) == (True, True, "")
    assert (found.streaming, found.json_schema, found.system_role) == (True, False, False)
    assert not _probe(says_at_once("Blue.")).streaming


def test_a_model_that_the_server_does_not_have_is_told_with_those_that_it_has() -> None:
    """A name is easily misspelt."""
    found = _probe(refuses(404), ("small", "large"))

    assert (found.reachable, found.model_known) == (True, False)
    assert found.problem.endswith("; it has large, small")


def test_a_model_that_fails_may_still_be_known() -> None:
    """A server that lists no models is asked in vain."""
    assert _probe(refuses(500)).model_known
    assert not _probe(refuses(500), None).model_known


def test_a_server_that_is_not_there_is_told() -> None:
    """And nothing else is said of it."""
    found = probe(_settings("http://127.0.0.1:1/v1"))

    assert found is not None
    assert found == Probe(problem=found.problem)
    assert "cannot be reached" in found.problem

"""Sessions of the older revisions, in which the server asks the client on the stream of a call.

Sources: MCP 2025-11-25, "Session Management", "Sending Messages to the Server" and "Elicitation".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from django.db import DatabaseError
from django.db.backends.signals import connection_created
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory
from mcp_types._v2025_11_25 import ElicitRequest

from mcp_gateway.calls import awaited_answers
from mcp_gateway.http import views
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.http.sessions import LIFETIME_SECONDS, Sessions, UnknownSession
from mcp_gateway.methods import client_input
from mcp_gateway.models import AwaitedAnswer
from mcp_gateway.runtime import Runtime, runtime
from tests.gateway.protocol.conftest import MODERN, PATH, READER, Client, through_asgi
from tests.gateway.protocol.streams import ASKED, begin, calling, post

GIVEN = {"action": "accept", "content": {"name": "Ana"}}
WITHOUT = (200, -32021)  # the answer for a client that cannot be asked


@pytest.fixture
def client(endpoint: Endpoint) -> Client:
    return Client(through_asgi(endpoint))


async def no_rows() -> None:
    async with asyncio.timeout(5):
        while await AwaitedAnswer.objects.aexists():  # noqa: ASYNC110 - deleted by another thread
            await asyncio.sleep(0.02)


# --- who gets one ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
@pytest.mark.parametrize("capabilities", [ASKED, {"elicitation": {}}, {"sampling": {}}])
async def test_a_client_that_can_be_asked_gets_a_session(
    client: Client, version: str, capabilities: Any
) -> None:
    """ "MUST only contain visible ASCII characters", and differs each time."""
    ids = [await begin(client, capabilities=capabilities, version=version) for _ in range(2)]
    assert len(set(ids)) == 2
    for session in ids:
        assert session is not None
        assert all(0x21 <= ord(letter) <= 0x7E for letter in session)
        assert len(session) < 300


@pytest.mark.parametrize("capabilities", [{}, {"roots": {"listChanged": True}}, {"experimental": {"x": {}}}])
async def test_others_get_none(client: Client, capabilities: Any) -> None:
    assert await begin(client, capabilities=capabilities) is None


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26"])
async def test_revisions_before_elicitation_have_none(client: Client, version: str) -> None:
    assert await begin(client, version=version, capabilities={**ASKED, "sampling": {}}) is None


async def test_who_takes_no_stream_gets_none(client: Client) -> None:
    assert await begin(client, accept="application/json") is None


async def test_a_declaration_of_any_size_makes_a_short_id(client: Client) -> None:
    odd = {"elicitation": {"form": {"x": "y" * 5000}, **{f"mode{n}": {} for n in range(500)}}}
    session = await begin(client, capabilities=odd)
    assert session is not None
    assert len(session) < 300


# --- asking ------------------------------------------------------------------------------------


async def test_the_client_is_asked_on_the_stream_and_the_call_goes_on(
    client: Client, endpoint: Endpoint
) -> None:
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        ElicitRequest.model_validate(question)
        assert question["params"]["message"] == "Who?"
        assert len(question["id"]) >= 32
        assert await post(client, session, id=question["id"], result=GIVEN) == 202
        answer = await stream.next()
    assert (answer["id"], answer["result"]["content"][0]["text"]) == (7, "Thank you.")
    assert "resultType" not in answer["result"]
    await no_rows()


async def test_another_process_takes_the_answer(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process knows nothing of the one that waits; only the database connects them."""
    session = await begin(client)
    other = Runtime()
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        monkeypatch.setattr(endpoint._answering, "_awaited", other.awaited)
        assert await post(client, session, id=question["id"], result=GIVEN) == 202
        assert (await stream.next())["result"]["content"][0]["text"] == "Thank you."
    other.stop()


async def test_through_django_too(client: Client, endpoint: Endpoint) -> None:
    session = await begin(client)
    assert session is not None
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "ask", "arguments": {}}}
    request = AsyncRequestFactory().generic(
        "POST", PATH, orjson.dumps(message), content_type="application/json", secure=True,
        headers={
            "authorization": "Bearer all", "accept": "application/json, text/event-stream",
            "mcp-session-id": session,
        },
    )  # fmt: skip
    reply = await views.answer(endpoint, request)
    assert isinstance(reply, StreamingHttpResponse)
    assert isinstance(reply.streaming_content, AsyncIterator)
    said = []
    async for part in reply.streaming_content:
        event = orjson.loads(part.split(b"data: ")[1])
        said.append(event)
        if "method" in event:
            assert await post(client, session, id=event["id"], result=GIVEN) == 202
    assert said[1]["result"]["content"][0]["text"] == "Thank you."


async def test_the_session_remembers_the_revision(client: Client, endpoint: Endpoint) -> None:
    """Some clients omit the version header in calls."""
    session = await begin(client, version="2025-06-18", capabilities={"elicitation": {}})
    async with calling(endpoint, session, version=None) as stream:
        assert (await stream.next())["method"] == "elicitation/create"


async def test_a_client_without_the_session_is_not_asked(client: Client) -> None:
    assert await begin(client)
    assert (await client.call("ask")).error == WITHOUT


async def test_who_takes_no_stream_is_not_asked(client: Client) -> None:
    session = await begin(client)
    assert (await client.call("ask", mcp_session_id=session, accept="application/json")).error == WITHOUT


async def test_only_what_was_declared_is_asked(client: Client) -> None:
    session = await begin(client, capabilities={"sampling": {}})
    assert (await client.call("ask", mcp_session_id=session)).error == WITHOUT


async def test_other_calls_of_a_session_are_plain_json(client: Client) -> None:
    session = await begin(client)
    reply = await client.call("echo", {"text": "a"}, mcp_session_id=session)
    assert reply.headers["content-type"] == "application/json"
    assert reply.result["structuredContent"] == {"text": "a"}
    assert (await client.ask("tools/list", mcp_session_id=session)).result["tools"]


async def test_a_call_that_asks_nothing_costs_no_query(client: Client) -> None:
    """Counted at every connection that any thread opens."""
    session, statements = await begin(client), [0]

    def count(execute: Any, *arguments: Any) -> Any:
        statements[0] += 1
        return execute(*arguments)

    def opened(connection: Any, **_: Any) -> None:
        if count not in connection.execute_wrappers:  # it may be opened again
            connection.execute_wrappers.append(count)

    async def cost(**more: Any) -> int:
        """Return the least of three rounds, since each second the caller is looked up again."""
        rounds = []
        for _ in range(3):
            statements[0] = 0
            for _ in range(5):
                assert (await client.call("echo", {"text": "a"}, **more)).status == 200
            rounds.append(statements[0])
        return min(rounds)

    runtime().audit.stop()  # its next thread has a connection of its own
    connection_created.connect(opened)
    try:
        await client.call("echo", {"text": "a"})
        plain = await cost()
        assert plain > 0
        assert await cost(mcp_session_id=session) == plain
    finally:
        connection_created.disconnect(opened)


async def test_2026_07_28_knows_no_sessions(client: Client) -> None:
    """Whatever the header says."""
    reply = await client.call("echo", {"text": "a"}, version=MODERN, mcp_session_id="x")
    assert reply.result["structuredContent"] == {"text": "a"}


# --- who may not answer, and what is no session ------------------------------------------------


@pytest.mark.parametrize("token", ["read", "poor", "person"])
async def test_case_172_384_a_session_is_of_one_connection(
    client: Client, endpoint: Endpoint, token: str
) -> None:
    """ "SHOULD bind session IDs to user-specific information" (MCP, Security Best Practices)."""
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        assert await post(client, session, token, id=question["id"], result=GIVEN) == 404
        mine = await begin(client, token)
        assert await post(client, mine, token, id=question["id"], result=GIVEN) == 400
        assert stream.said.empty()
        assert await post(client, session, id=question["id"], result=GIVEN) == 202
        assert "result" in await stream.next()


async def test_case_384_another_consent_is_another_connection(client: Client) -> None:
    """MCP, Security Best Practices, session hijacking: the id is bound to the authorization."""
    session = await begin(client, "person")
    assert (await client.ask("ping", token="person", mcp_session_id=session)).status == 200
    assert (await client.ask("ping", token="again", mcp_session_id=session)).status == 404


async def test_case_385_another_session_of_the_same_caller_answers_nothing(
    client: Client, endpoint: Endpoint
) -> None:
    """MCP 2025-11-25, Transports: what was asked in one session is answered in it."""
    session, other = await begin(client), await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        assert await post(client, other, id=question["id"], result=GIVEN) == 400
        assert await post(client, None, id=question["id"], result=GIVEN) == 202  # and is not read
        assert await post(client, other, method="notifications/cancelled", params={"requestId": 7}) == 202
        await asyncio.sleep(awaited_answers.LOOK_SECONDS * 2)
        assert stream.said.empty()


@pytest.mark.parametrize("request_id", ["nothing", "", 0, 7, None, True, ["x"], {"x": 1}])
async def test_case_386_an_answer_to_nothing(client: Client, endpoint: Endpoint, request_id: Any) -> None:
    """ "If the server cannot accept the input, it MUST return an HTTP error status code"."""
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        await stream.next()
        assert await post(client, session, id=request_id, result=GIVEN) == 400
        assert stream.said.empty()


async def test_case_387_an_answer_counts_once(client: Client, endpoint: Endpoint) -> None:
    """MCP, Security Best Practices: the first answer counts, and a replay changes nothing."""
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        statuses = await asyncio.gather(
            *(post(client, session, id=question["id"], result=GIVEN) for _ in range(5))
        )
        assert sorted(statuses) == [202, 400, 400, 400, 400]
        assert "result" in await stream.next()
    await no_rows()
    assert await post(client, session, id=question["id"], result=GIVEN) == 400


async def test_case_388_a_forged_session_is_none(client: Client) -> None:
    """MCP 2025-11-25, Session Management: HTTP 404, and the client begins a new session."""
    session = await begin(client)
    assert session is not None
    forged = [session[:place] + ("A" if session[place] != "A" else "B") + session[place + 1 :]
              for place in range(len(session))]  # fmt: skip
    for wrong in [*forged, "x", session[:-1], session + "A", "a:b:c", ".x", "x" * 5000]:
        reply = await client.ask("ping", mcp_session_id=wrong)
        assert reply.status == 404, wrong
        assert reply.json["error"]["code"] == -32600
    with pytest.raises(UnknownSession):
        Sessions(b"k" * 32).open(READER, "é")
    assert await post(client, "x", method="notifications/initialized") == 404
    assert await post(client, "x", id="y", result={}) == 404


async def test_case_388_a_session_grows_old(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MCP 2025-11-25, Session Management: HTTP 404 for an expired one."""
    session = await begin(client)
    end = time.time() + LIFETIME_SECONDS
    monkeypatch.setattr("time.time", lambda: end - 60)
    assert (await client.ask("ping", mcp_session_id=session)).status == 200
    monkeypatch.setattr("time.time", lambda: end + 60)
    assert (await client.ask("ping", mcp_session_id=session)).status == 404
    assert await begin(client, mcp_session_id=session)  # and begins a new one


async def test_case_389_an_answer_has_a_size(client: Client, endpoint: Endpoint) -> None:
    """OWASP API4: what waits in the database is bounded."""
    session = await begin(client)
    large = {"action": "accept", "content": {"name": "x" * 70_000}}
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        assert await post(client, session, id=question["id"], result=large) == 413
        assert stream.said.empty()


@pytest.mark.parametrize(
    "result", [7, [], {}, "x", None, {"action": "perhaps"}, {"content": {}}, {"roots": []}]
)
async def test_case_390_what_is_no_answer_ends_the_call(
    client: Client, endpoint: Endpoint, result: Any
) -> None:
    """By the SDK's model of the result; the same code as for such `inputResponses` in 2026-07-28."""
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        assert await post(client, session, id=question["id"], result=result) == 202
        assert (await stream.next())["error"]["code"] == -32602


async def test_a_null_character_is_no_obstacle(client: Client, endpoint: Endpoint) -> None:
    session = await begin(client)
    given = {"action": "accept", "content": {"name": "A\0na"}}
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        assert await post(client, session, id=question["id"], result=given) == 202
        assert "result" in await stream.next()


async def test_case_391_one_session_does_not_use_up_all_places(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OWASP API4: questions that wait are counted for each session."""
    monkeypatch.setattr(awaited_answers, "MOST_OF_SESSION", 1)
    session, other = await begin(client), await begin(client)
    async with calling(endpoint, session) as first, calling(endpoint, other) as another:
        await first.next()
        assert (await client.call("ask", mcp_session_id=session)).error == WITHOUT
        assert (await another.next())["method"] == "elicitation/create"


# --- how it ends otherwise ---------------------------------------------------------------------


async def test_a_client_that_answers_with_an_error_is_told_as_if_it_could_not_be_asked(
    client: Client, endpoint: Endpoint
) -> None:
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        error = {"code": -1, "message": "User rejected the request"}
        assert await post(client, session, id=question["id"], error=error) == 202
        assert (await stream.next())["error"]["code"] == WITHOUT[1]


async def test_nobody_answers(client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is told, so that it closes its dialog."""
    monkeypatch.setattr(client_input, "ANSWER_SECONDS", 0.2)
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        told = await stream.next()
        assert told["method"] == "notifications/cancelled"
        assert told["params"]["requestId"] == question["id"]
        assert (await stream.next())["error"]["code"] == WITHOUT[1]
    await no_rows()
    assert await post(client, session, id=question["id"], result=GIVEN) == 400


async def test_a_client_that_goes_away_ends_the_question(client: Client, endpoint: Endpoint) -> None:
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        question = await stream.next()
        stream.gone.set()
        await no_rows()
    assert await post(client, session, id=question["id"], result=GIVEN) == 400


async def test_a_client_cancels_the_call(client: Client, endpoint: Endpoint) -> None:
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        await stream.next()
        for call_id in ("7", 8, None, [7]):
            cancelled = {"requestId": call_id}
            assert await post(client, session, method="notifications/cancelled", params=cancelled) == 202
        await asyncio.sleep(awaited_answers.LOOK_SECONDS * 2)
        assert stream.said.empty()
        assert await post(client, session, method="notifications/cancelled", params={"requestId": 7}) == 202
        assert "error" in await stream.next()
    await no_rows()


async def test_what_a_dead_process_left_goes_with_the_next_question_or_start(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = AwaitedAnswer(key="k", session="s", call="c", expires_at="2026-01-01T00:00Z", answer="secret")
    await left.asave()
    session = await begin(client)
    async with calling(endpoint, session) as stream:
        await stream.next()
        assert not await AwaitedAnswer.objects.filter(key="k").aexists()
    await no_rows()
    await AwaitedAnswer(key="k", session="s", call="c", expires_at=left.expires_at, answer="secret").asave()
    await runtime().awaited.start()
    assert not await AwaitedAnswer.objects.aexists()


async def test_without_a_database_the_client_is_told_as_if_it_could_not_be_asked(
    client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise DatabaseError

    session = await begin(client)
    monkeypatch.setattr(AwaitedAnswer.objects, "bulk_create", fails)
    assert (await client.call("ask", mcp_session_id=session)).error == WITHOUT
    monkeypatch.setattr(awaited_answers, "_unanswered", fails)
    assert await post(client, session, id="x", result=GIVEN) == 503


@pytest.mark.parametrize("method", ["DELETE", "GET"])
async def test_a_session_is_not_ended_by_its_client(client: Client, method: str) -> None:
    """ "The server MAY respond to this request with HTTP 405", since nothing is kept that could be ended."""
    session = await begin(client)
    assert (await client.raw(method=method, mcp_session_id=session)).status == 405

"""Programs that do one thing wrong while they connect, each over the addresses that real ones use."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from consumers.models import Consumer, Grant
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program, decide, signed_in

MCP = "/mcp/oauth/fracttal-one"
OTHER = "https://chatgpt.com/connector/oauth/Zz9"
ACCEPT = "application/json, text/event-stream"


def message(method: str, **params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def send(token: str, body: str, **headers: Any) -> Any:
    answer = Client().post(
        MCP,
        body,
        content_type=headers.pop("content_type", "application/json"),
        HTTP_AUTHORIZATION=f"Bearer {token}",
        **({"HTTP_ACCEPT": ACCEPT} | headers),
    )
    runtime().handshake.settle()
    return answer


def initialize(token: str, **headers: Any) -> Any:
    told = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "Test", "version": "1"},
    }
    return send(token, message("initialize", **told), **headers)


def look(world: World, program: Program, **changes: Any) -> Any:
    """Open the authorization request in the browser of the owner."""
    return signed_in(world.owner).get(program.address(**changes))


def unknown_callback(world: World, program: Program) -> None:
    look(world, program, redirect_uri=OTHER)


def no_pkce(world: World, program: Program) -> None:
    look(world, program, code_challenge=None, code_challenge_method=None)


def another_resource(world: World, program: Program) -> None:
    look(world, program, resource="https://mcp.example.com/other")


def invented_scope(world: World, program: Program) -> None:
    look(world, program, scope="read:everything")


def secret_in_place_of_the_key(world: World, program: Program) -> None:
    look(world, program, client_id=program.secret)


def mistyped_key(world: World, program: Program) -> None:
    look(world, program, client_id=program.key[:-1])


def disabled_consumer(world: World, program: Program) -> None:
    Consumer.objects.filter(pk=program.consumer.pk).update(enabled=False)
    look(world, program)


def person_of_another_company(world: World, program: Program) -> None:
    signed_in(world.stranger).get(program.address())


def refusing_person(world: World, program: Program) -> None:
    browser = signed_in(world.owner)
    decide(browser, browser.get(program.address()), approve=False)


def wrong_secret(world: World, program: Program) -> None:
    program.redeem(program.code(world.owner), client_secret="fms_" + "x" * 43)


def no_secret(world: World, program: Program) -> None:
    program.redeem(program.code(world.owner), client_secret=None)


def key_in_place_of_the_secret(world: World, program: Program) -> None:
    program.redeem(program.code(world.owner), client_secret=program.key)


def json_instead_of_a_form(world: World, program: Program) -> None:
    code = program.code(world.owner)
    program.http.post("/oauth/token", {"code": code}, content_type="application/json")


def another_verifier(world: World, program: Program) -> None:
    program.redeem(program.code(world.owner), code_verifier="y" * 43)


def another_callback_at_the_exchange(world: World, program: Program) -> None:
    program.redeem(program.code(world.owner), redirect_uri=OTHER)


def late_exchange(world: World, program: Program) -> None:
    code = program.code(world.owner)
    grant = Grant.objects.get()
    Grant.objects.update(expires=grant.created)
    program.redeem(code)


def older_transport(world: World, program: Program) -> None:
    token = program.connect(world.owner)["access_token"]
    Client().get(MCP, HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ACCEPT="text/event-stream")
    runtime().handshake.settle()


def refusing_json(world: World, program: Program) -> None:
    initialize(program.connect(world.owner)["access_token"], HTTP_ACCEPT="text/html")


def unsaid_content(world: World, program: Program) -> None:
    initialize(program.connect(world.owner)["access_token"], content_type="text/plain")


def secret_as_a_token(world: World, program: Program) -> None:
    program.connect(world.owner)
    initialize(program.secret)


def writing_without_the_scope(world: World, program: Program) -> None:
    token = program.connect(world.owner, write=False)["access_token"]
    initialize(token)
    send(token, message("tools/list"))
    send(token, message("tools/call", name="create_work_request", arguments={"description": "x"}))


@dataclass(frozen=True, slots=True)
class WrongClient:
    play: Callable[[World, Program], None]
    step: str
    reason: str
    says: str  # a part of what the administrator reads


WRONG = [
    WrongClient(unknown_callback, "authorize", "callback_unregistered", "not registered"),
    WrongClient(no_pkce, "authorize", "pkce_missing", "no PKCE challenge"),
    WrongClient(another_resource, "authorize", "invalid_target", "an address other than the MCP server URL"),
    WrongClient(invented_scope, "authorize", "invalid_scope", "Leave the scopes empty"),
    WrongClient(secret_in_place_of_the_key, "authorize", "secret_as_key", "Swap the two"),
    WrongClient(mistyped_key, "authorize", "consumer_unknown", "a key that is not registered"),
    WrongClient(disabled_consumer, "authorize", "consumer_off", "is disabled"),
    WrongClient(person_of_another_company, "sign_in", "not_a_member", "no active account in this company"),
    WrongClient(refusing_person, "consent", "access_denied", "The person refused"),
    WrongClient(wrong_secret, "token", "secret_wrong", "It sent a wrong secret"),
    WrongClient(no_secret, "token", "secret_missing", "It sent no secret"),
    WrongClient(key_in_place_of_the_secret, "token", "key_as_secret", "the key in the place of the secret"),
    WrongClient(json_instead_of_a_form, "token", "form_unreadable", "application/x-www-form-urlencoded"),
    WrongClient(another_verifier, "token", "verifier_differs", "PKCE verifier"),
    WrongClient(another_callback_at_the_exchange, "token", "callback_differs", "a different callback URL"),
    WrongClient(late_exchange, "token", "code_expired", "The code had expired"),
    WrongClient(older_transport, "initialize", "http_405", "the older SSE transport"),
    WrongClient(refusing_json, "initialize", "http_406", "does not accept JSON"),
    WrongClient(unsaid_content, "initialize", "http_415", "does not send JSON"),
    WrongClient(secret_as_a_token, "initialize", "secret_as_token", "a secret as if it were an access token"),
    WrongClient(writing_without_the_scope, "call", "insufficient_scope", "approved reading only"),
]

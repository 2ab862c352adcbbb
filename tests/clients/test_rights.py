"""One consumer, several people: each gets their own answers, and a stranger gets nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import Server


@pytest.fixture(scope="module")
def consumer(server: Server) -> dict[str, Any]:
    return server.create_consumer("ChatGPT of everybody", CALLBACK)


@pytest.fixture(scope="module")
def planner(server: Server, consumer: dict[str, Any]) -> Assistant:
    return Assistant(server, consumer).connect(Person("planner@demo.example"))


@pytest.fixture(scope="module")
def technician(server: Server, consumer: dict[str, Any]) -> Assistant:
    return Assistant(server, consumer).connect(Person("technician@demo.example"))


def folios_in_database(server: Server, email: str = "") -> set[str]:
    """Read open work orders straight from the database; with an e-mail, only those of that person."""
    mine = f".filter(responsible__account_email='{email}')" if email else ""
    return set(
        server.manage(
            "shell",
            "-v0",
            "-c",
            "from maintenance.models import WorkOrder;"
            f"print(*WorkOrder.objects.filter(company__slug='demo', status=1){mine}"
            ".values_list('folio', flat=True), sep='\\n')",
        ).split()
    )


def all_folios(assistant: Assistant) -> set[str]:
    found: set[str] = set()
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = assistant.ask("list_work_orders", status=["in_process"], limit=50, **more)
        found |= {order["folio"] for order in page["work_orders"]}
        cursor = page.get("next_cursor")
        if not cursor:
            return found


def test_the_same_question_has_each_persons_own_answer(
    server: Server, planner: Assistant, technician: Assistant
) -> None:
    everything, own = all_folios(planner), all_folios(technician)
    assert everything == folios_in_database(server)
    assert own == folios_in_database(server, "technician@demo.example")
    assert own < everything


def test_whoami_tells_them_apart(planner: Assistant, technician: Assistant) -> None:
    first, second = planner.ask("whoami"), technician.ask("whoami")
    assert "planner@demo.example" in str(first)
    assert "technician@demo.example" in str(second)


def test_tools_that_a_person_may_not_use_are_neither_listed_nor_run(
    planner: Assistant, technician: Assistant
) -> None:
    beyond = {"list_people", "get_maintenance_metrics", "list_third_parties", "create_work_order"}
    assert beyond <= planner.tools()
    assert not beyond & technician.tools()
    refused = technician.call("list_people")
    assert refused["isError"]
    assert "not_permitted" in refused["content"][0]["text"]


def test_a_person_without_the_write_approval_gets_a_challenge(
    server: Server, consumer: dict[str, Any]
) -> None:
    reader = Assistant(server, consumer).connect(Person("admin@demo.example"), write=False)
    answer = reader.post("tools/call", name="create_work_request", arguments={"title": "Fuga"})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert "maintenance:write" in answer.headers["www-authenticate"]
    assert answer.json()["result"]["_meta"]["mcp/www_authenticate"]


def test_a_person_of_another_company_cannot_approve(server: Server, consumer: dict[str, Any]) -> None:
    page = Person("admin@other.example").open(Assistant(server, consumer).authorization_address())
    assert not page.is_redirect
    assert page.status_code in {400, 403}
    assert 'value="approve"' not in page.text
    assert "has no active account there" in page.text


def test_refusing_sends_back_access_denied(server: Server, consumer: dict[str, Any]) -> None:
    sent_back = Person("planner@demo.example").decide(
        Assistant(server, consumer).authorization_address(), approve=False
    )
    assert "error=access_denied" in sent_back
    assert "iss=" in sent_back
    assert "code=" not in sent_back


def test_no_token_and_a_made_up_token_get_nothing(server: Server) -> None:
    for headers in ({}, {"authorization": "Bearer fma_made-up"}):
        answer = httpx.post(
            server.mcp_url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=headers
        )
        assert answer.status_code == 401
        assert (
            f"{server.url}/.well-known/oauth-protected-resource/mcp/oauth/fracttal-one"
            in (answer.headers["www-authenticate"])
        )


def test_refreshing_keeps_the_person_connected(server: Server, consumer: dict[str, Any]) -> None:
    assistant = Assistant(server, consumer).connect(Person("planner@demo.example"))
    renewed = assistant.token(grant_type="refresh_token", refresh_token=assistant.tokens["refresh_token"])
    assert renewed.status_code == 200, renewed.text
    assistant.tokens = renewed.json()
    assert assistant.ask("whoami")


def test_a_program_acts_for_the_company_with_its_group(server: Server) -> None:
    consumer = server.create_consumer("Spreadsheet", grant="client-credentials")
    program = Assistant(server, consumer)
    answer = program.token(grant_type="client_credentials", resource=server.mcp_url)
    assert answer.status_code == 200, answer.text
    program.tokens = answer.json()
    assert program.ask("list_work_orders", limit=3)["work_orders"]
    for_api = program.token(grant_type="client_credentials", resource=f"{server.url}/api").json()
    rows = httpx.get(
        f"{server.url}/api/work_orders/?limit=2",
        headers={"authorization": f"Bearer {for_api['access_token']}"},
    )
    assert rows.status_code == 200
    assert len(rows.json()["data"]) == 2
    crossed = httpx.get(
        f"{server.url}/api/work_orders/",
        headers={"authorization": f"Bearer {program.tokens['access_token']}"},
    )
    assert crossed.status_code == 401

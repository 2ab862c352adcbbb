"""From consent through the account link to the tools, with two started instances and no fake part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitRequestURLParams, ElicitResult

from tests.clients.assistant import Assistant
from tests.process.databases import postgres
from tests.process.linked import LINK, Pair, pair
from tests.process.person import Person, forms_of
from tests.process.prepared import demo_postgres

PLANNER = "planner@demo.example"
REVOKE = (
    "from consumers.models import AppAuthorization as A;"
    "[a.revoke() for a in A.objects.filter(revoked_at=None, user__email=%r)]"
)


@pytest.fixture(scope="module")
def instances(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The gateway in two processes."""
    with pair(tmp_path_factory.mktemp("linked"), WORKERS="2") as made:
        found = made.configure()
        assert "badge bad" not in found
        assert found.count("badge good") == 5, found  # in use, people, programs, API, company
        yield made


@pytest.fixture(scope="module")
def planner(instances: Pair) -> Assistant:
    return instances.connect(PLANNER)


def forget_kept() -> None:
    """Wait until a process forgets what it cached about a link, which takes a second."""
    time.sleep(1.1)


def unlink(instances: Pair, email: str) -> None:
    person = Person(email)
    page = person.open(instances.gateway.url + LINK)
    for _step in ("ask", "confirm"):
        form = next(form for form in forms_of(page.text) if form.action.endswith("/disconnect"))
        page = person.submit(page, form, dict(form.fields))
    forget_kept()


def code_of(result: dict[str, Any]) -> str:
    assert result["isError"], result
    return str(result["_meta"]["fracttal-one/error"]["code"])


def test_a_person_links_on_the_way_and_works_there(instances: Pair, planner: Assistant) -> None:
    who = planner.ask("whoami")
    assert (who["data_at"], who["company_number_there"]) == ("fracttal_one", 1)
    assert who["personnel_code"]
    assert planner.ask("list_work_orders", limit=5)["work_orders"]
    made = planner.ask("create_work_request", title="Correa gastada en la banda 2")
    there = "from maintenance.models import WorkRequest as W;print(W.objects.filter(description=%r).count())"
    count = there % "Correa gastada en la banda 2"
    assert instances.ask(instances.fracttal, count) == "1"
    assert instances.ask(instances.gateway, count) == "0"
    assert planner.ask("get_work_request", id=made["id"])


def test_case_150_neither_token_is_seen_on_the_other_side(instances: Pair, planner: Assistant) -> None:
    """MCP authorization: no token pass-through, in either direction, and none in a log or in clear."""
    instances.age(PLANNER)
    forget_kept()
    answers = repr([planner.call("whoami"), planner.call("list_work_orders", limit=1)])
    sent = repr(instances.tokens.forms) + repr(instances.tokens.headers)
    ours = [planner.tokens["access_token"], planner.tokens["refresh_token"], planner.secret]
    assert not [value for value in ours if value in sent]
    theirs = [form["refresh_token"] for form in instances.tokens.refreshes]
    theirs += [form["code"] for form in instances.tokens.forms if "code" in form]
    theirs += [form["code_verifier"] for form in instances.tokens.forms if "code_verifier" in form]
    assert len(theirs) >= 3
    log = instances.gateway.log.read_text(encoding="utf-8", errors="replace")
    database = b"".join(path.read_bytes() for path in instances.gateway.log.parent.glob("*.sqlite3*"))
    for value in [*theirs, instances.people["secret"], instances.programs["secret"]]:
        assert value == "not-a-code" or value not in answers + log
        assert value in {"not-a-code", "x" * 43} or value.encode() not in database


def test_case_206_two_processes_refresh_once(instances: Pair, planner: Assistant) -> None:
    """One refresh, every call answered."""
    instances.age(PLANNER)
    forget_kept()
    before = len(instances.tokens.refreshes)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: planner.call("list_assets", limit=1), range(32)))
    assert not [answer for answer in answers if answer.get("isError")]
    assert len(instances.tokens.refreshes) == before + 1


def test_a_lost_answer_to_a_refresh_costs_nobody_the_link(instances: Pair, planner: Assistant) -> None:
    instances.age(PLANNER)
    forget_kept()
    before = len(instances.tokens.refreshes)
    instances.tokens.answers_to_lose = 1
    assert planner.ask("list_assets", limit=1)
    shown = [form["refresh_token"] for form in instances.tokens.refreshes[before:]]
    assert len(shown) == 2
    assert len(set(shown)) == 1


def test_case_207_a_process_that_dies_with_the_new_pair_in_hand(instances: Pair, planner: Assistant) -> None:
    """Its lease runs out, and the next one asks again with the token that is still stored."""
    instances.age(PLANNER)
    before = len(instances.tokens.refreshes)
    dies = (
        "import datetime,os;from connections import refresh;"
        "refresh.LEASE=datetime.timedelta(seconds=2);"
        "from connections.models import LinkedAccount as L;"
        f"link=L.objects.get(user__email={PLANNER!r});L.set_tokens=lambda *pair: os._exit(9);"
        "refresh.token_of_person(link.connection_id, link.user_id)"
    )
    with pytest.raises(RuntimeError):
        instances.ask(instances.gateway, dies)
    assert len(instances.tokens.refreshes) == before + 1
    forget_kept()
    assert planner.ask("list_assets", limit=1)
    shown = [form["refresh_token"] for form in instances.tokens.refreshes[before:]]
    assert len(shown) == 2
    assert len(set(shown)) == 1


def test_case_208_a_dead_link_is_said_and_mended(instances: Pair, planner: Assistant) -> None:
    """Revoked there: reconnect, with the address in text and data; nothing more is sent meanwhile."""
    instances.ask(instances.fracttal, REVOKE % PLANNER)
    forget_kept()
    result = planner.call("list_assets", limit=1)
    assert code_of(result) == "not_connected"
    address = f"{instances.gateway.url}{LINK}"
    assert address in result["content"][0]["text"]
    assert result["_meta"]["fracttal-one/error"]["connect_url"] == address
    before = len(instances.tokens.forms)
    assert {code_of(planner.call("list_assets", limit=1)) for _ in range(5)} == {"not_connected"}
    assert len(instances.tokens.forms) == before
    page = Person(PLANNER).open(address).text
    assert "badge bad" in page
    assert "badge good" in instances.link_from_profile(PLANNER).text
    forget_kept()
    assert planner.ask("list_assets", limit=1)


def test_case_149_who_unlinks_is_told_to_connect(instances: Pair, planner: Assistant) -> None:
    """No shared and no fallback credential, though others of the company are linked."""
    other = instances.connect("admin@demo.example")
    unlink(instances, PLANNER)
    assert code_of(planner.call("list_assets", limit=1)) == "not_connected"
    assert other.ask("list_assets", limit=1)
    assert "badge good" in instances.link_from_profile(PLANNER).text
    forget_kept()
    assert planner.ask("list_assets", limit=1)


@pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
async def test_who_can_be_asked_links_in_the_middle_of_a_call(
    instances: Pair, planner: Assistant, era: str
) -> None:
    """The Python SDK's client in URL mode; it accepts what the person has done on the page."""
    asked: list[ElicitRequestURLParams] = []

    async def open_page(context: Any, params: ElicitRequestParams) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        asked.append(params)
        if len(asked) == 1:
            return ElicitResult(action="decline")
        assert "badge good" in (await asyncio.to_thread(instances.link_from_profile, PLANNER)).text
        await asyncio.to_thread(forget_kept)
        return ElicitResult(action="accept")

    await asyncio.to_thread(unlink, instances, PLANNER)
    headers = {"authorization": f"Bearer {planner.tokens['access_token']}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(
            streamable_http_client(instances.gateway.mcp_url, http_client=http),
            mode=era,
            elicitation_callback=open_page,
        ) as client,
    ):
        declined = await client.call_tool("list_assets", {"limit": 1})
        answer = await client.call_tool("list_assets", {"limit": 1})
    assert "not_connected" in str(declined.content)
    assert not answer.is_error, answer.content
    assert [question.url for question in asked] == [f"{instances.gateway.url}{LINK}"] * 2
    assert all(question.message for question in asked)


def test_what_the_account_there_may_not_do_is_refused_there(instances: Pair, planner: Assistant) -> None:
    """The person may write here, but the account was approved there for reading only."""
    instances.link_from_profile(PLANNER, write=False)
    forget_kept()
    assert planner.ask("list_assets", limit=1)
    assert code_of(planner.call("create_work_request", title="Nada que hacer")) == "not_permitted"
    instances.link_from_profile(PLANNER)
    forget_kept()
    assert planner.ask("create_work_request", title="Algo que hacer")


def test_a_program_acts_for_the_company(instances: Pair) -> None:
    program = Assistant(
        instances.gateway, instances.gateway.create_consumer("A spreadsheet", grant="client-credentials")
    )
    program.tokens = program.token(grant_type="client_credentials", resource=instances.gateway.mcp_url).json()
    assert program.ask("list_work_orders", limit=1)["work_orders"]
    assert program.ask("whoami")["acts_for"] == "company"
    asked = [form for form in instances.tokens.forms if form["grant_type"] == "client_credentials"]
    assert asked
    assert program.secret not in repr(asked) + repr(instances.tokens.headers)


def test_back_to_the_embedded_data_everybody_must_link_again(instances: Pair, planner: Assistant) -> None:
    """This test comes last: the switch cuts every link."""
    admin = Person("admin@demo.example")
    page = admin.open(f"{instances.gateway.url}/settings/api-connections/")
    form = next(form for form in forms_of(page.text) if any(name == "kind" for name, _ in form.fields))
    admin.submit(page, form, {**dict(form.fields), "kind": "embedded", "confirm": "on"})
    forget_kept()
    assert planner.ask("whoami")["data_at"] == "embedded"
    assert "badge bad" not in instances.configure()
    forget_kept()
    assert code_of(planner.call("list_assets", limit=1)) == "not_connected"


@pytest.mark.postgres
def test_the_same_on_postgresql_without_redis(tmp_path: Path) -> None:
    """Two processes that share only the database refresh once, and a dead link is dead in both."""
    with (
        postgres(demo_postgres()) as database,
        pair(tmp_path / "linked", WORKERS="2", DATABASE_URL=database) as instances,
    ):
        assert "badge bad" not in instances.configure()
        planner = instances.connect(PLANNER)
        instances.age(PLANNER)
        forget_kept()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: planner.call("list_assets", limit=1), range(32)))
        assert not [answer for answer in answers if answer.get("isError")]
        assert len(instances.tokens.refreshes) == 1
        instances.ask(instances.fracttal, REVOKE % PLANNER)
        forget_kept()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: planner.call("list_assets", limit=1), range(32)))
        assert {code_of(answer) for answer in answers} == {"not_connected"}
        assert len(instances.tokens.refreshes) == 2

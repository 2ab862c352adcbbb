"""A program with a metadata document that no consumer of the company allows yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from consumers.models import Consumer
from consumers.outbound import documents as document_fetcher
from consumers.registrations import admission
from consumers.registrations.models import Registration
from tests.conftest import World
from tests.consumers.conftest import Program, Register, caller, is_live, signed_in
from tests.consumers.programs import HOST, Publisher
from tests.consumers.registering import rules_of
from tests.pages import form_at

INNER = [
    "https://127.0.0.1/client.json",
    "https://169.254.169.254/latest/client.json",
    "https://10.0.0.1/client.json",
    "https://[::1]/client.json",
    "https://[fd00::1]/client.json",
    "https://[::ffff:127.0.0.1]/client.json",
    "https://[64:ff9b::7f00:1]/client.json",
    "https://2130706433/client.json",
    "https://localhost./client.json",
    "https://localhost/client.json",
]


@pytest.fixture
def program(publisher: Publisher) -> Program:
    """A program that no company knows, like Claude Code."""
    return Program(Consumer(), "", "http://localhost:53682/callback", url=publisher.url)


def code_of(page: Any) -> str:
    return str(page.content.decode().rpartition("Code:")[2].partition("<code>")[2].partition("</code>")[0])


def press(browser: Client, page: Any) -> Any:
    form = form_at(page, "/oauth/authorize/ask")
    answer = browser.post(form.action, dict(form.fields))
    return browser.get(answer["Location"]) if answer.status_code == 303 else answer


def test_a_person_asks_an_administrator_approves(
    program: Program, world: World, publisher: Publisher
) -> None:
    rules_of(world.company, "off", people_may_ask=True)
    before = Client().get(program.address())
    assert before.status_code == 302, "which company decides depends on the person"
    assert before["Location"].startswith("/accounts/login/")

    browser = signed_in(world.colleague)
    page = browser.get(program.address())
    assert (page.status_code, code_of(page)) == (403, "document_may_be_asked_for")
    assert publisher.asked == [], "nothing is read before the person presses the button"
    assert not Registration.objects.exists()

    waits = press(browser, page)
    assert (waits.status_code, code_of(waits)) == (403, "registration_waits")
    registration = Registration.objects.get()
    assert (registration.client_id, registration.asked_by) == (publisher.url, world.colleague)
    assert (registration.name, registration.company) == ("Claude Code", world.company)
    assert registration.callbacks == ["http://localhost/callback", "http://127.0.0.1/callback"]
    assert len(publisher.asked) == 1
    assert code_of(browser.get(program.address())) == "registration_waits"
    assert not Consumer.objects.exists()

    admission.approve(registration.pk, world.company, registration.shown, world.owner_group, world.owner)
    tokens = program.connect(world.colleague)
    assert caller(tokens["access_token"]).user_id == world.colleague.pk
    assert Consumer.objects.get().metadata_url == publisher.url


def test_a_link_alone_puts_nothing_before_an_administrator(program: Program, world: World) -> None:
    """CSRF: only the form of our page asks."""
    rules_of(world.company, "off", people_may_ask=True)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    form = form_at(browser.get(program.address()), "/oauth/authorize/ask")
    fields = dict(form.fields)
    assert browser.get("/oauth/authorize/ask", fields).status_code == 405
    assert browser.post("/oauth/authorize/ask", {"next": fields["next"]}).status_code == 403
    assert not Registration.objects.exists()


def test_where_nobody_may_ask_the_page_says_what_an_administrator_can_do(
    program: Program, world: World, publisher: Publisher
) -> None:
    rules_of(world.other_company, "off", people_may_ask=True)
    page = signed_in(world.colleague).get(program.address())
    assert (page.status_code, code_of(page)) == (400, "document_not_allowed")
    assert publisher.url in page.content.decode()
    page = signed_in(world.stranger).get(program.address())
    assert code_of(page) == "document_may_be_asked_for", "the company of the person decides"


def test_a_refused_program_is_not_asked_for_again(program: Program, world: World) -> None:
    rules_of(world.company, "off", people_may_ask=True)
    browser = signed_in(world.colleague)
    page = browser.get(program.address())
    press(browser, page)
    registration = Registration.objects.get()
    admission.refuse(registration.pk, world.company, registration.shown, world.owner)
    assert code_of(press(browser, page)) == "registration_refused"
    rules_of(world.company, "off", document_hosts=[HOST], document_group=world.owner_group)
    assert code_of(browser.get(program.address())) in {"registration_refused", "document_not_allowed"}
    assert not Consumer.objects.exists()


def test_another_port_of_a_trusted_host_is_not_trusted(
    world: World, publisher: Publisher, program: Program
) -> None:
    """A host is trusted at the https port only; other ports may belong to somebody else."""
    rules_of(world.company, "off", document_hosts=[HOST], document_group=world.colleague_group)
    assert code_of(signed_in(world.owner).get(program.address())) == "document_not_allowed", "another port"
    assert publisher.asked == []


def test_of_a_trusted_host_at_the_port_of_https(
    world: World, publisher: Publisher, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test's server cannot listen at 443, so its fetcher connects to the server's actual port."""
    url = f"https://{HOST}/oauth/client.json"
    publisher.publish(client_id=url)
    real = document_fetcher.new_fetcher

    class Elsewhere:
        def __init__(self) -> None:
            self.real = real()
            self.real._resolve = lambda _host, _port: ["127.0.0.1"]

        def fetch(self, _url: str) -> tuple[dict[str, Any], int]:
            return self.real.fetch(publisher.url)

        def cut(self) -> None:
            self.real.cut()

    monkeypatch.setattr(document_fetcher, "new_fetcher", Elsewhere)
    program.url = url
    rules = rules_of(world.company, "off", document_hosts=[HOST], document_group=world.colleague_group)
    for address in (f"https://evil.{HOST}/c.json", f"https://{HOST}.evil.example/c.json"):
        assert (
            code_of(signed_in(world.owner).get(program.address(client_id=address))) == "document_not_allowed"
        )
    assert code_of(signed_in(world.stranger).get(program.address())) == "document_not_allowed"
    assert not Consumer.objects.exists()

    tokens = program.connect(world.owner)
    assert is_live(tokens["access_token"])
    consumer = Consumer.objects.get()
    assert (consumer.metadata_url, consumer.permission_group) == (url, world.colleague_group)
    assert Registration.objects.get().way == Registration.Way.HOST

    consumer.delete()
    rules.document_group = None
    rules.save()
    assert code_of(signed_in(world.owner).get(program.address())) == "document_not_allowed", (
        "no group, no trust"
    )


def test_a_document_that_cannot_be_used_makes_no_row(
    program: Program, world: World, publisher: Publisher
) -> None:
    rules_of(world.company, "off", people_may_ask=True)
    publisher.publish(token_endpoint_auth_method="client_secret_basic")
    browser = signed_in(world.colleague)
    assert code_of(press(browser, browser.get(program.address()))) == "document_unavailable"
    assert not Registration.objects.exists()


def test_one_that_an_administrator_made_meanwhile_is_taken(
    program: Program, world: World, allow: Register
) -> None:
    """The consumer created by hand stays as it is, and never expires like one that registered itself."""
    rules_of(world.company, "off", people_may_ask=True)
    browser = signed_in(world.colleague)
    press(browser, browser.get(program.address()))
    registration = Registration.objects.get()
    made = allow().consumer
    taken = admission.approve(
        registration.pk, world.company, registration.shown, world.colleague_group, world.owner
    )
    assert taken == made
    assert Consumer.objects.get().permission_group == made.permission_group
    assert not Registration.objects.exists()


def test_one_person_asks_for_ten_programs_at_most(program: Program, world: World) -> None:
    rules_of(world.company, "off", people_may_ask=True)
    for number in range(10):
        Registration.objects.create(
            company=world.company, way="person", client_id=f"https://a.example/{number}", name="X",
            asked_by=world.colleague,
        )  # fmt: skip
    browser = signed_in(world.colleague)
    page = browser.get(program.address())
    assert code_of(press(browser, page)) == "too_many_wait"
    other = signed_in(world.owner)
    assert code_of(press(other, other.get(program.address()))) == "registration_waits"


@pytest.mark.parametrize("url", INNER)
def test_case_129_no_connection_to_inner_addresses(
    url: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking for one, or trusting every host of it, connects to nothing: an unknown client."""
    connected: list[Any] = []
    monkeypatch.setattr("socket.create_connection", lambda *args, **_kwargs: connected.append(args))
    monkeypatch.setattr(
        "urllib3.util.connection.create_connection", lambda *args, **_k: connected.append(args)
    )
    host = url.removeprefix("https://").partition("/")[0]
    rules_of(
        world.company, "off", people_may_ask=True, document_hosts=[host.strip("[]")],
        document_group=world.owner_group,
    )  # fmt: skip
    page = signed_in(world.owner).get(
        Program(Consumer(), "", url=url, callback="http://localhost/callback").address()
    )
    assert (page.status_code, code_of(page)) == (400, "consumer_unknown")
    assert connected == []
    assert not Registration.objects.exists()


def test_case_130_a_name_that_leads_inside_is_not_read(
    program: Program, world: World, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resolved once, and refused where the answer is an inner address; no row is made."""
    rules_of(world.company, "off", people_may_ask=True)
    monkeypatch.setattr(document_fetcher, "new_fetcher", document_fetcher.Fetcher)
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda _host, port, *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", port or 443))]
    )
    browser = signed_in(world.colleague)
    assert code_of(press(browser, browser.get(program.address()))) == "document_unavailable"
    assert publisher.asked == []
    assert not Registration.objects.exists()


def test_case_131_a_document_with_this_computer_alone_is_warned_of(
    allow: Register, world: World, publisher: Publisher
) -> None:
    """RFC 8252 §8.6: on the consent page, for a document whose callbacks are all on this computer."""
    page = signed_in(world.owner).get(allow().address()).content.decode()
    assert "Any program on this computer could pretend to be this one" in page


def test_a_stranger_is_sent_to_sign_in_only_where_that_could_decide(
    program: Program, world: World, publisher: Publisher
) -> None:
    """Anybody else reads at once what an administrator can do."""
    for rules, signs_in in (
        ({"document_hosts": [], "document_group": world.owner_group}, False),
        ({"document_hosts": [HOST], "document_group": None}, False),
        ({"document_hosts": [HOST], "document_group": world.owner_group}, True),
        ({"people_may_ask": True, "document_hosts": [], "document_group": None}, True),
    ):
        rules_of(world.company, "off", **rules)
        answer = Client().get(program.address())
        assert answer.status_code == (302 if signs_in else 400), rules
    assert publisher.asked == []

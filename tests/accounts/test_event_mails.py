"""Mails about events as they arrive: who gets which, in what language, how often, and what they leave out."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage

from accounts import event_mails
from accounts.apps import AccountsConfig
from accounts.models import Company, Invitation
from accounts.security_policy import SecurityPolicy
from accounts.whom_to_ask import administrators_to_ask
from audit.kinds import Kind
from audit.models import Outcome
from audit.recording import Subject, record
from tests.conftest import World
from tests.factories import MembershipFactory, UserFactory
from tests.pages import browser, send

pytestmark = pytest.mark.django_db
Commits = Callable[..., Any]


class App:
    pk = 41

    def __init__(self, name: str = "ChatGPT") -> None:
        self.name = name


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    return django_capture_on_commit_callbacks


@pytest.fixture(autouse=True)
def _fresh(world: World) -> Iterator[None]:
    cache.clear()
    for user, language in ((world.owner, "es"), (world.colleague, "en"), (world.stranger, "pt-br")):
        user.language = language
        user.save()
    yield
    cache.clear()


def sent(commits: Commits, *events: Callable[[], None]) -> list[EmailMessage]:
    mail.outbox.clear()
    with commits(execute=True):
        for event in events:
            event()
    thread = cast(AccountsConfig, apps.get_app_config("accounts")).mail_thread
    thread.submit(lambda: None).result(10)
    return list(mail.outbox)


def recorded(kind: Kind, company: Company, **facts: Any) -> Callable[[], None]:
    def event() -> None:
        record(kind, company_id=company.pk, **{"consumer": App(), **facts})

    return event


def test_a_person_is_told_of_the_first_connection_only(world: World, commits: Commits) -> None:
    token = recorded(Kind.TOKEN_ISSUED, world.company, user=world.colleague)
    (message,) = sent(commits, token, token)
    assert message.to == ["colleague@example.com"]
    assert message.subject == "Fracttal One MCP: ChatGPT is connected"
    assert "ChatGPT has connected to Planta Demo with your permissions" in message.body
    assert "http://localhost:8000/profile/app-authorizations/" in message.body
    assert sent(commits, token) == []
    other = recorded(Kind.TOKEN_ISSUED, world.company, user=world.owner)
    (message,) = sent(commits, other)
    assert (message.to, message.subject) == (
        ["owner@example.com"],
        "Fracttal One MCP: ChatGPT está conectada",
    )


def test_a_person_can_switch_that_off(world: World, commits: Commits) -> None:
    client = browser(world.colleague)
    assert "mail_first_connection" in client.get("/profile/").content.decode()
    send(client, "/profile/", {"name": "Colleague", "language": "en", "mail_first_connection": []})
    token = recorded(Kind.TOKEN_ISSUED, world.company, user=world.colleague)
    assert sent(commits, token) == []


REFUSED = {"outcome": Outcome.REFUSED, "reason": "callback_unregistered"}
CASES: list[tuple[Kind, dict[str, Any], str, str]] = [
    (Kind.CONSUMER_ADDED, {}, "Nueva aplicación en Planta Demo: ChatGPT", "mail_new_consumer"),
    (
        Kind.PROGRAM_REGISTERED,
        {"consumer": None, "subject": Subject("registration", "1", "Claude")},
        "Nueva aplicación en Planta Demo: Claude",
        "mail_new_consumer",
    ),
    (
        Kind.AUTHORIZE_REFUSED,
        REFUSED | {"facts": {"callback": "https://elsewhere.example/cb"}},
        "ChatGPT: URL de callback rechazada",
        "mail_refused_callback",
    ),
    (Kind.TOKEN_REPLAYED, {}, "ChatGPT: un código o token se usó dos veces", "mail_token_replayed"),
    (
        Kind.SECRET_EXPIRING,
        {"facts": {"days": 7}},
        "ChatGPT: un secreto vence pronto",
        "mail_secret_expiring",
    ),
    (Kind.ACCESS_ASKED, {}, "ChatGPT: alguien pide usarla en Planta Demo", "mail_access_asked"),
]


@pytest.mark.parametrize(("kind", "given", "subject", "switch"), CASES, ids=[case[0].value for case in CASES])
def test_administrators_are_told_once_an_hour_unless_they_switch_it_off(
    world: World,
    commits: Commits,
    kind: Kind,
    given: dict[str, Any],
    subject: str,
    switch: str,
) -> None:
    event = recorded(kind, world.company, **given)
    (message,) = sent(commits, event, event)
    assert message.to == ["owner@example.com"], "neither a colleague without the right nor another company"
    assert message.subject == f"Fracttal One MCP: {subject}"
    assert "http://localhost:8000/settings/" in message.body
    for mark in ("%(", "{{", "fms_", "fmr_", "fmc_"):
        assert mark not in message.body
    (neighbours,) = sent(commits, recorded(kind, world.other_company, **given))
    assert neighbours.to == ["stranger@example.com"]

    cache.clear()
    client = browser(world.owner)
    send(client, "/settings/general/", {"language": "es", "time_zone": "UTC", switch: []})
    assert getattr(Company.objects.get(pk=world.company.pk), switch) is False
    assert sent(commits, event) == []


def test_other_refusals_are_not_mailed(world: World, commits: Commits) -> None:
    other = REFUSED | {"reason": "invalid_request"}
    assert sent(commits, recorded(Kind.AUTHORIZE_REFUSED, world.company, **other)) == []


@pytest.mark.parametrize(
    ("callback", "shown"),
    [
        ("https://elsewhere.example/cb", "elsewhere.example"),
        ("https://bücher.example/cb", "xn--bcher-kva.example"),
        ("https://a b\nc/", ""),
        ("javascript:alert(1)", ""),
        ("https://[/", ""),
    ],
)
def test_of_a_refused_callback_only_the_host_is_told(
    world: World, commits: Commits, callback: str, shown: str
) -> None:
    given = REFUSED | {"facts": {"callback": callback}}
    (message,) = sent(commits, recorded(Kind.AUTHORIZE_REFUSED, world.company, **given))
    assert re.findall(r"Host de la URL: (\S+)", str(message.body)) == ([shown] if shown else [])
    assert "/cb" not in message.body


def test_a_program_that_names_itself_puts_no_link_into_a_mail(world: World, commits: Commits) -> None:
    event = recorded(
        Kind.CONSUMER_ADDED, world.company, consumer=App("Go to https://evil.example\nnow" + "x" * 99)
    )
    (message,) = sent(commits, event)
    assert "https://evil" not in f"{message.subject} {message.body}"
    assert "x" * 80 not in message.body


def test_administrators_whose_address_is_not_allowed_get_none(world: World, commits: Commits) -> None:
    for number in range(2):
        MembershipFactory(
            user=UserFactory(email=f"boss{number}@elsewhere.example"), permission_group=world.owner_group
        )
    event = recorded(Kind.TOKEN_REPLAYED, world.company)
    assert [message.to for message in sent(commits, event)] == [
        ["owner@example.com"],
        ["boss0@elsewhere.example"],
        ["boss1@elsewhere.example"],
    ]
    SecurityPolicy.objects.create(company=world.company, allowed_domains=["example.com"])
    cache.clear()
    assert [message.to for message in sent(commits, event)] == [["owner@example.com"]]
    assert administrators_to_ask(world.company) == [world.owner], "nor are they named to a colleague"


def test_many_mails_of_one_kind_leave_room_for_another(
    world: World, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_mails, "MOST_OF_A_COMPANY_A_DAY", 2)
    new = [
        recorded(Kind.CONSUMER_ADDED, world.company, consumer=None, subject=Subject("consumer", "1", name))
        for name in "abcd"
    ]
    assert len(sent(commits, *new)) == 2
    assert len(sent(commits, recorded(Kind.TOKEN_REPLAYED, world.company))) == 1


def test_what_is_rolled_back_is_not_mailed(world: World, commits: Commits) -> None:
    mail.outbox.clear()
    with commits(execute=False):
        record(Kind.CONSUMER_ADDED, company_id=world.company.pk, consumer=App())
    assert mail.outbox == []


def test_a_mail_server_that_is_down_stops_nothing(
    world: World,
    commits: Commits,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refused(self: EmailMessage, fail_silently: bool = False) -> int:
        raise smtplib.SMTPConnectError(421, b"a text of the server")

    monkeypatch.setattr(EmailMessage, "send", refused)
    assert sent(commits, recorded(Kind.CONSUMER_ADDED, world.company)) == []
    assert "SMTPConnectError" in caplog.text
    assert "a text of the server" not in caplog.text
    assert Invitation.objects.count() == 0


def test_who_asked_for_an_app_is_told_of_the_decision(world: World, commits: Commits) -> None:
    """In the person's language, not to the administrator who decided; each can switch it off."""
    asker = Subject("person", str(world.colleague.pk), "Colleague")
    approved = recorded(Kind.ACCESS_APPROVED, world.company, user=world.owner, subject=asker)
    refused = recorded(Kind.ACCESS_REFUSED, world.company, user=world.owner, subject=asker)
    yes, no = sent(commits, approved, refused)
    assert yes.to == no.to == ["colleague@example.com"]
    assert yes.subject == "Fracttal One MCP: You may use ChatGPT now"
    assert "owner@example.com lets you use ChatGPT in Planta Demo." in yes.body
    assert no.subject == "Fracttal One MCP: You may not use ChatGPT"
    assert "owner@example.com refused your wish to use ChatGPT in Planta Demo." in no.body
    client = browser(world.colleague)
    send(client, "/profile/", {"name": "Colleague", "language": "en", "mail_access_decided": []})
    assert sent(commits, approved, refused) == []

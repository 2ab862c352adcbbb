"""Who may use an app: at authorization, at every token and call, and the way by an administrator."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Membership, User
from audit.models import Event
from consumers.models import Consumer
from consumers.policy.access import Access, access_of
from consumers.policy.models import AccessRequest
from consumers.policy.saving import WhoMayUse
from tests.audit.reading import last_event
from tests.conftest import World
from tests.consumers.conftest import Program, Register, decide, is_live, signed_in
from tests.pages import browser, post, send, text_of

pytestmark = pytest.mark.django_db(transaction=True)
INBOX = "/settings/api-connections/access-requests/"


@pytest.fixture
def program(register: Register) -> Program:
    return register()


def set_access(program: Program, *, groups: Any = (), members: Any = (), **fields: Any) -> None:
    consumer = program.consumer
    for name, value in fields.items():
        setattr(consumer, name, value)
    consumer.save()
    consumer.allowed_groups.set(groups)
    consumer.allowed_members.set(members)


def code_of(page: Any) -> str:
    found = re.search(r"<code>([a-z_]+)</code></small>", page.content.decode())
    assert found, page.content[:1500]
    return found[1]


def member(user: User, world: World) -> Membership:
    return Membership.objects.get(user=user, company=world.company)


def ask(person: Client, page: Any) -> Any:
    target = re.search(r'name="next" value="([^"]+)"', page.content.decode())
    assert target
    answer = person.post("/oauth/authorize/ask-access", {"next": target[1]})
    return person.get(answer["Location"]) if answer.status_code == 303 else answer


def decided(world: World, action: str) -> Any:
    request = AccessRequest.objects.get()
    return post(browser(world.owner), f"{INBOX}decide/", {"request": request.pk, "action": action})


def test_only_chosen_groups_and_people(program: Program, world: World) -> None:
    set_access(program, everyone_may_use=False, groups=[world.colleague_group])
    assert program.code(world.colleague)
    page = signed_in(world.owner).get(program.address())
    assert (page.status_code, code_of(page)) == (403, "access_needed")
    set_access(program, everyone_may_use=False, members=[member(world.owner, world)])
    assert program.code(world.owner)
    assert code_of(signed_in(world.colleague).get(program.address())) == "access_needed"


def test_nobody_chosen_is_nobody(program: Program, world: World) -> None:
    set_access(program, everyone_may_use=False)
    for person in (world.owner, world.colleague):
        assert code_of(signed_in(person).get(program.address())) == "access_needed"


def test_a_live_connection_ends_and_begins_with_the_choice(program: Program, world: World) -> None:
    tokens = program.connect(world.colleague)
    assert is_live(tokens["access_token"])
    set_access(program, everyone_may_use=False, groups=[world.owner_group])
    assert not is_live(tokens["access_token"])
    fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert program.token(**fields).json()["error"] == "invalid_grant"
    set_access(program, everyone_may_use=False, members=[member(world.colleague, world)])
    assert is_live(tokens["access_token"])
    set_access(program, everyone_may_use=False, members=[member(world.owner, world)])
    assert not is_live(tokens["access_token"])


def test_a_choice_while_the_page_is_open_counts(program: Program, world: World) -> None:
    person = signed_in(world.colleague)
    page = person.get(program.address())
    set_access(program, everyone_may_use=False, groups=[world.owner_group])
    assert code_of(decide(person, page)) == "no_longer_allowed"


def test_asking_and_being_approved(program: Program, world: World) -> None:
    set_access(program, approve_first=True)
    person = signed_in(world.colleague)
    page = person.get(program.address())
    assert code_of(page) == "access_needed"
    assert not AccessRequest.objects.exists()  # looking asks for nothing
    waiting = ask(person, page)
    assert code_of(waiting) == "access_waits"
    assert code_of(ask(person, page)) == "access_waits"  # a second click
    assert AccessRequest.objects.count() == 1
    admin = browser(world.owner)
    assert "1 person asks to use an app." in text_of(admin.get("/"))
    assert '<span class="badge warn">1<span' in text_of(admin.get("/settings/general/"))
    assert "asks to use an app" not in text_of(person.get("/"))
    inbox = text_of(browser(world.owner).get(INBOX))
    assert "Colleague" in inbox
    assert "ChatGPT" in inbox
    assert decided(world, "approve").status_code == 302
    assert "asks to use an app" not in text_of(admin.get("/"))
    assert program.code(world.colleague)
    assert code_of(signed_in(world.owner).get(program.address())) == "access_needed"
    kinds = list(
        Event.objects.filter(kind__contains=".access_").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["authorization.access_asked", "authorization.access_approved"]


def test_an_approval_makes_the_person_one_of_the_chosen(program: Program, world: World) -> None:
    set_access(program, everyone_may_use=False)
    person = signed_in(world.colleague)
    ask(person, person.get(program.address()))
    decided(world, "approve")
    assert program.code(world.colleague)
    assert [each.user for each in program.consumer.allowed_members.all()] == [world.colleague]


def test_a_refusal_ends_a_connection_and_holds(program: Program, world: World) -> None:
    set_access(program, approve_first=True)
    person = signed_in(world.colleague)
    ask(person, person.get(program.address()))
    decided(world, "approve")
    token = program.connect(world.colleague)["access_token"]
    decided(world, "refuse")
    assert not is_live(token)
    page = person.get(program.address())
    assert code_of(page) == "access_refused"
    assert 'action="/oauth/authorize/ask-access"' not in page.content.decode()
    target = AccessRequest.objects.get()
    again = person.post("/oauth/authorize/ask-access", {"next": "/oauth/authorize/again/x"})
    assert again.status_code in {400, 403}
    target.refresh_from_db()
    assert target.approved is False


def test_a_refusal_holds_for_the_chosen_too(program: Program, world: World) -> None:
    """An approval that was withdrawn counts, although the group may use the app."""
    token = program.connect(world.colleague)["access_token"]
    AccessRequest.objects.create(consumer=program.consumer, membership=member(world.colleague, world))
    assert is_live(token)  # everyone may use it; a request that waits takes nothing away
    decided(world, "refuse")
    assert not is_live(token)
    assert code_of(signed_in(world.colleague).get(program.address())) == "access_refused"
    decided(world, "approve")
    assert is_live(token)


def test_the_look_up_and_the_page_agree(program: Program, world: World) -> None:
    """The same rule stands in the query of the look-up, in `access_of` and in `WhoMayUse`."""
    token, me = program.connect(world.colleague)["access_token"], member(world.colleague, world)
    seen = set()
    chosen: list[tuple[list[Any], list[Any]]] = [([], []), ([world.colleague_group], []), ([], [me])]
    asked: list[list[bool | None]] = [[], [None], [True], [False]]
    cases = itertools.product((True, False), (True, False), chosen, asked)
    for everyone, approve_first, (groups, members), decisions in cases:
        set_access(
            program, everyone_may_use=everyone, approve_first=approve_first, groups=groups, members=members
        )
        AccessRequest.objects.all().delete()
        for approved in decisions:
            AccessRequest.objects.create(consumer=program.consumer, membership=me, approved=approved)
        may = access_of(me, program.consumer) == Access.OPEN
        assert is_live(token) is may
        who = WhoMayUse(everyone, groups, members, approve_first)
        assert who.admits(me, decisions[0] if decisions else None) is may
        seen.add(may)
    assert seen == {True, False}


def test_another_company_decides_nothing(program: Program, world: World) -> None:
    set_access(program, approve_first=True)
    person = signed_in(world.colleague)
    ask(person, person.get(program.address()))
    request = AccessRequest.objects.get()
    for key in (request.pk, "0", "9" * 30, "x", "\0"):
        answer = post(browser(world.stranger), f"{INBOX}decide/", {"request": key, "action": "approve"})
        assert answer.status_code == 404, key
    assert post(browser(world.owner), f"{INBOX}decide/", {"request": request.pk}).status_code == 404
    assert "Colleague" not in text_of(browser(world.stranger).get(INBOX))
    request.refresh_from_db()
    assert request.approved is None


def test_who_is_no_member_cannot_ask(program: Program, world: World) -> None:
    set_access(program, approve_first=True)
    person, stranger = signed_in(world.colleague), signed_in(world.stranger)
    page = person.get(program.address())
    assert code_of(ask(stranger, page)) == "not_a_member"
    assert not AccessRequest.objects.exists()


def test_a_program_has_no_people_to_choose(register: Register) -> None:
    machine = register(
        authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, everyone_may_use=False, approve_first=True
    )
    assert is_live(machine.token(grant_type="client_credentials").json()["access_token"])


def test_behind_a_proxy_the_log_has_the_address_of_the_client(
    program: Program, world: World, settings: Settings
) -> None:
    settings.TRUSTED_PROXY = True
    set_access(program, approve_first=True)
    person, administrator = signed_in(world.colleague), signed_in(world.owner)
    for client in (person, administrator):
        client.defaults |= {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    before = last_event()
    ask(person, person.get(program.address()))
    decision = {"request": AccessRequest.objects.get().pk, "action": "approve"}
    assert post(administrator, f"{INBOX}decide/", decision).status_code == 302
    ceiling = f"/settings/api-connections/oauth-consumers/{program.consumer.pk}/ceiling/"
    assert send(administrator, ceiling, {"writes_per_hour": "5"}).status_code == 302
    rows = Event.objects.filter(pk__gt=before).order_by("pk").values_list("kind", "address")
    assert [row for row in rows if not row[0].startswith("consent.")] == [
        ("authorization.access_asked", "203.0.113.9"),
        ("authorization.access_approved", "203.0.113.9"),
        ("consumer.changed", "203.0.113.9"),
    ]

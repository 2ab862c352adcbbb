"""Configuration > General and User accounts (security cases 246, 249-252)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.administrators import has_administrator
from accounts.models import Membership, PermissionGroup, User
from tests.conftest import World
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory
from tests.pages import XSS, browser, drawn, form_at, post, send, text_of

PEOPLE = "/settings/user-accounts/"
GROUPS = "/settings/user-accounts/groups/"
CONFIRMED = {"confirmed": "1"}


def member_of(world: World, user: User) -> Membership:
    return Membership.objects.get(user=user, company=world.company)


def test_only_configurers_get_in_and_only_to_their_company(world: World) -> None:
    own, group = member_of(world, world.colleague).pk, world.colleague_group.pk
    for path in (
        "/settings/", "/settings/general/", PEOPLE, f"{PEOPLE}add/", f"{PEOPLE}{own}/",
        GROUPS, f"{GROUPS}add/", f"{GROUPS}{group}/",
    ):  # fmt: skip
        assert browser(world.colleague).get(path).status_code == 403, path
        assert browser(world.owner).get(path).status_code in {200, 302}, path
        assert post(browser(world.colleague), path, {"name": "x"}).status_code in {403, 405}, path
    for path in (f"{PEOPLE}{own}/", f"{GROUPS}{group}/"):
        assert browser(world.stranger).get(path).status_code == 404, path
        assert post(browser(world.stranger), path, {"name": "x", "active": "on"}).status_code == 404, path
    assert "colleague@example.com" not in text_of(browser(world.stranger).get(PEOPLE))


def test_general(world: World) -> None:
    client = browser(world.owner)
    values = {"name": "Planta Nueva", "language": "pt-br", "time_zone": "America/Sao_Paulo"}
    answer = send(client, "/settings/general/", values | {"slug": "stolen", "id": world.other_company.pk})
    assert answer["Location"] == "/settings/general/"
    world.company.refresh_from_db()
    assert (world.company.name, world.company.time_zone) == ("Planta Nueva", "America/Sao_Paulo")
    assert world.company.slug == "demo"
    hidden = send(client, "/settings/general/", values | {"name": "Planta\nFalsa"})
    assert "invisible characters" in text_of(hidden)
    wrong = send(client, "/settings/general/", values | {"time_zone": "Mars/Olympus", "name": ""})
    assert wrong.status_code == 422
    assert text_of(wrong).count('class="errorlist"') == 2
    world.company.refresh_from_db()
    assert world.company.name == "Planta Nueva"


def test_the_currency_of_the_company(world: World) -> None:
    """Chosen, changed and removed; an unknown currency changes nothing."""
    client = browser(world.owner)
    values = {"name": "Planta Demo", "language": "es", "time_zone": "America/Bogota"}
    for given, kept, status in (
        ("COP", "COP", 302),
        ("USD", "USD", 302),
        ("usd", "USD", 422),
        ("QQQ", "USD", 422),
        ("$", "USD", 422),
        ("", "", 302),
    ):
        answer = send(client, "/settings/general/", values | {"currency": given})
        assert answer.status_code == status, given
        world.company.refresh_from_db()
        assert world.company.currency == kept, given


def test_the_working_week_of_the_company(world: World) -> None:
    """Chosen, changed and removed; what no week can have changes nothing."""
    client = browser(world.owner)
    values = {"name": "Planta Demo", "language": "es", "time_zone": "America/Bogota"}
    for given, kept, status in (
        ("42", 42, 302),
        ("37.5", 37.5, 302),
        ("0", 37.5, 422),
        ("-8", 37.5, 422),
        ("168.5", 37.5, 422),
        ("nan", 37.5, 422),
        ("inf", 37.5, 422),
        ("forty", 37.5, 422),
        ("168", 168, 302),
        ("", None, 302),
    ):
        answer = send(client, "/settings/general/", values | {"hours_per_week": given})
        assert answer.status_code == status, given
        world.company.refresh_from_db()
        assert world.company.hours_per_week == kept, given


def test_times_are_those_of_the_company(world: World) -> None:
    member = member_of(world, world.colleague)
    member.created_at = member.created_at.replace(2026, 11, 20, 12, 0, 0)
    member.save()
    page = text_of(browser(world.owner).get(f"{PEOPLE}{member.pk}/"))
    assert 'datetime="2026-11-20T07:00:00-05:00"' in page, "America/Bogota is five hours behind"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "not an address", "valid email"),
        ("email", "", "Enter the person"),
        ("email", "COLLEAGUE@example.com", "already in the list"),
        ("permission_group", "0", "valid choice"),
        ("name", "x" * 151, "at most 150"),
        ("name", "Ana\r\nBcc: x@example.com", "invisible characters"),
    ],
)
def test_adding_says_what_to_do(world: World, field: str, value: str, words: str) -> None:
    values = {"email": "a@example.com", "name": "Kept", "permission_group": world.colleague_group.pk}
    answer = send(browser(world.owner), f"{PEOPLE}add/", values | {field: value})
    assert answer.status_code == 422
    assert words in text_of(answer)
    if field != "name":
        assert 'value="Kept"' in text_of(answer), "what was entered is not lost"
    assert not mail.outbox


def test_groups_of_another_company_cannot_be_given(world: World) -> None:
    client = browser(world.owner)
    values = {"email": "a@example.com", "permission_group": world.stranger_group.pk}
    assert send(client, f"{PEOPLE}add/", values).status_code == 422
    member = member_of(world, world.colleague)
    changed = send(
        client, f"{PEOPLE}{member.pk}/", {"permission_group": world.stranger_group.pk, "active": "on"}
    )
    assert changed.status_code == 422
    member.refresh_from_db()
    assert member.permission_group == world.colleague_group


def test_case_253_changing_group_and_disabling(world: World) -> None:
    client, member = browser(world.owner), member_of(world, world.colleague)
    page = f"{PEOPLE}{member.pk}/"
    more = {"permission_group": world.owner_group.pk, "active": "on", "user": world.owner.pk}
    send(client, page, more | CONFIRMED)
    member.refresh_from_db()
    assert member.permission_group == world.owner_group
    assert member.user == world.colleague
    post(client, page, {"permission_group": world.owner_group.pk} | CONFIRMED)
    member.refresh_from_db()
    assert not member.active
    assert "disabled" in text_of(client.get(PEOPLE))
    assert browser(world.colleague).get("/settings/").status_code == 403


def test_case_252_the_last_administrator_stays(world: World) -> None:
    """Case 252: by group, by status, by emptying the group, by deactivating the group."""
    client, member = browser(world.owner), member_of(world, world.owner)
    person, group = f"{PEOPLE}{member.pk}/", f"{GROUPS}{world.owner_group.pk}/"
    attempts: list[tuple[str, dict[str, Any]]] = [
        (person, {"permission_group": world.colleague_group.pk, "active": "on"}),
        (person, {"permission_group": world.owner_group.pk}),
        (group, {"name": "Administrators", "rights": ["configuration:view"], "active": "on"}),
        (group, {"name": "Administrators", "rights": ["configuration:edit"]}),
    ]
    for path, data in attempts:
        answer = post(client, path, data)
        assert answer.status_code == 422, data
        assert "nobody could sign in and edit the configuration" in text_of(answer)
        assert client.get(PEOPLE).status_code == 200
    # A person whose account is disabled does not count.
    sleeping = UserFactory(is_active=False)
    MembershipFactory(user=sleeping, permission_group=world.owner_group)
    # Neither does one who never chose a password.
    invited = UserFactory()
    invited.set_password(None)
    invited.save()
    MembershipFactory(user=invited, permission_group=world.owner_group)
    assert post(client, *attempts[1]).status_code == 422
    MembershipFactory(permission_group=world.owner_group)
    path, data = attempts[1]
    assert post(client, path, data | CONFIRMED).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once(world: World) -> None:
    second = MembershipFactory(permission_group=world.owner_group)
    places = [(world.owner, second), (second.user, member_of(world, world.owner))]
    clients = [browser(user) for user, _other in places]
    carried = [drawn(client) for client in clients]
    together = threading.Barrier(2)

    def disable(index: int) -> int:
        data = {**carried[index], "permission_group": world.owner_group.pk, **CONFIRMED}
        together.wait(10)
        try:
            answer = clients[index].post(f"{PEOPLE}{places[index][1].pk}/", data)
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(disable, range(2)))
    assert statuses[0] == 302
    assert statuses[1] in {403, 422}, "the slower one is refused, by right or by the rule"
    assert has_administrator(world.company)


@pytest.mark.django_db(transaction=True)
def test_m27_of_equal_groups_at_once_one_is_made_and_the_others_are_told_so(world: World) -> None:
    client = browser(world.owner)
    carried, session = drawn(client), client.cookies
    for number in range(4):
        together = threading.Barrier(4)
        sent = {**carried, "name": f"Shift {number}", "active": "on"}

        def add(_index: int, together: threading.Barrier = together, sent: dict[str, str] = sent) -> Any:
            one = Client()
            one.cookies = session
            together.wait(10)
            try:
                return one.post(f"{GROUPS}add/", sent)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(add, range(4)))
        assert sorted(answer.status_code for answer in answers) == [302, 422, 422, 422]
        assert all(
            "with this name already exists" in text_of(made) for made in answers if made.status_code == 422
        )
        assert world.company.permission_groups.filter(name=f"Shift {number}").count() == 1


def test_groups_are_made_and_changed_in_the_matrix(world: World) -> None:
    client = browser(world.owner)
    values = {"name": "Night shift", "rights": ["assets:view", "meters:add"], "active": "on"}
    assert send(client, f"{GROUPS}add/", values)["Location"] == GROUPS
    group = PermissionGroup.objects.get(name="Night shift")
    assert (group.company, sorted(group.rights)) == (world.company, ["assets:view", "meters:add"])
    page = client.get(f"{GROUPS}{group.pk}/")
    checked = [value for name, value in form_at(page).fields if name == "rights"]
    assert sorted(checked) == ["assets:view", "meters:add"]
    assert "Night shift" in text_of(client.get(GROUPS))
    post(client, f"{GROUPS}{group.pk}/", {"name": "Night", "active": "on", "company": world.other_company.pk})
    group.refresh_from_db()
    assert (group.name, group.rights, group.company) == ("Night", [], world.company)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "readers"}, "with this name already exists"),
        ({"name": "Re\u202eaders"}, "invisible characters"),
        ({"rights": ["assets:fly"]}, "valid choice"),
        ({"rights": ["*:*"]}, "valid choice"),
    ],
)
def test_groups_say_what_is_wrong(world: World, values: dict[str, object], words: str) -> None:
    answer = send(browser(world.owner), f"{GROUPS}add/", {"name": "New", "active": "on"} | values)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert world.company.permission_groups.count() == 2


def test_case_247_names_are_escaped_everywhere(world: World) -> None:
    """Case 247."""
    group = PermissionGroupFactory(company=world.company, name=XSS)
    member = MembershipFactory(user=UserFactory(name=XSS), permission_group=group)
    client = browser(world.owner)
    for path in (PEOPLE, f"{PEOPLE}{member.pk}/", f"{PEOPLE}add/", GROUPS, f"{GROUPS}{group.pk}/"):
        page = text_of(client.get(path))
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_reading_changes_nothing_and_changing_needs_the_token(world: World) -> None:
    """Case 249."""
    client, member = browser(world.owner), member_of(world, world.colleague)
    before = list(Membership.objects.values()), list(PermissionGroup.objects.values())
    data: dict[str, Any] = {"permission_group": world.owner_group.pk, "name": "x"}
    for path in (
        f"{PEOPLE}{member.pk}/",
        f"{GROUPS}{world.colleague_group.pk}/",
        "/settings/general/",
        f"{PEOPLE}add/",
    ):
        client.get(path, data)
        assert client.post(path, data).status_code == 403, path
        cross = {"csrfmiddlewaretoken": "x" * 64} | data
        assert client.post(path, cross, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.put(path).status_code in {403, 405}
    assert before == (list(Membership.objects.values()), list(PermissionGroup.objects.values()))
    assert not mail.outbox

"""Configuration > Security > Calendar links: an administrator sees the links of the company and ends them."""

from __future__ import annotations

import pytest
from django.core import mail

from accounts.models import Membership
from accounts.rights import ALL_RIGHTS
from audit.models import Event
from calendars.models import CalendarLink
from tests.calendars.plant import READ_WORK, PlannedPlant, status
from tests.factories import CompanyFactory, MembershipFactory, PermissionGroupFactory, UserFactory
from tests.pages import browser, post, send, text_of

PAGE = "/settings/security/calendar-links/"


@pytest.fixture
def administrator(plant: PlannedPlant) -> Membership:
    return plant.somebody(sorted(ALL_RIGHTS))


def revoking(member: Membership) -> str:
    return f"{PAGE}{CalendarLink.objects.get(membership=member).pk}/revoke/"


def test_the_links_of_the_company_are_listed(plant: PlannedPlant, administrator: Membership) -> None:
    person = plant.somebody()
    person.user.name = "Ñandú Listed"
    person.user.save()
    path = plant.path(person)
    group = PermissionGroupFactory(company=CompanyFactory(), rights=READ_WORK)
    foreign = MembershipFactory(user=UserFactory(name="Foreign"), permission_group=group)
    plant.path(foreign)
    client = browser(administrator.user)
    assert PAGE in text_of(client.get("/settings/security/"))
    shown = text_of(client.get(PAGE, {"q": "nandu"}))
    assert "Ñandú Listed" in shown
    assert "Showing 1 of 1" in shown
    assert "never" in shown, "nobody has fetched it"
    assert path.removesuffix(".ics").rpartition("/")[2] not in shown
    assert status(path) == 200
    assert "never" not in text_of(client.get(PAGE, {"q": "nandu"}))
    assert "Foreign" not in text_of(client.get(PAGE))
    assert "No calendar link matches" in text_of(client.get(PAGE, {"q": "nobody at all"}))


def test_one_is_revoked(plant: PlannedPlant, administrator: Membership) -> None:
    person, other = plant.somebody(), plant.somebody()
    path, others = plant.path(person), plant.path(other)
    address, client = revoking(person), browser(administrator.user)
    asked = client.get(f"{address}?next={PAGE}%3Fsort%3Dperson")
    assert person.user.display_name in text_of(asked)
    assert post(client, address).status_code == 200, "without the confirmation it asks again"
    assert status(path) == 200
    mail.outbox.clear()
    done = send(client, f"{address}?next={PAGE}%3Fsort%3Dperson", {})
    assert done["Location"] == f"{PAGE}?sort=person"
    assert "no longer works" in text_of(client.get(PAGE))
    assert (status(path), status(others)) == (404, 200)
    assert [message.to for message in mail.outbox] == [[person.user.email]]
    assert "Your calendar link was revoked" in mail.outbox[0].body
    (event,) = Event.objects.filter(kind="person.calendar_link_taken", subject_id=str(person.user_id))
    assert (event.company_id, event.user_id) == (plant.company.pk, administrator.user_id)
    assert post(client, address, {"confirmed": "1"}).status_code == 404, "nothing is left to revoke"
    assert person.user.email in text_of(
        client.get("/settings/transactions-log/?kind=person.calendar_link_taken")
    )


def test_the_own_one_is_recorded_as_from_the_profile(plant: PlannedPlant, administrator: Membership) -> None:
    plant.path(administrator)
    mail.outbox.clear()
    send(browser(administrator.user), revoking(administrator), {})
    assert not mail.outbox
    mine = Event.objects.filter(user_id=administrator.user_id, kind__startswith="person.calendar_link_")
    assert list(mine.order_by("position").values_list("kind", flat=True)) == [
        "person.calendar_link_made",
        "person.calendar_link_revoked",
    ]


def test_nobody_else_may(plant: PlannedPlant) -> None:
    person, other = plant.somebody(), plant.somebody()
    path = plant.path(person)
    group = PermissionGroupFactory(company=CompanyFactory(), rights=sorted(ALL_RIGHTS))
    foreign = MembershipFactory(user=UserFactory(), permission_group=group)
    assert browser(other.user).get(PAGE).status_code == 403
    assert post(browser(other.user), revoking(person), {"confirmed": "1"}).status_code == 403
    assert post(browser(foreign.user), revoking(person), {"confirmed": "1"}).status_code == 404
    assert status(path) == 200

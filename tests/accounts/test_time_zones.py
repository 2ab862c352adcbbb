"""The form of a company offers places, and keeps what is stored."""

from __future__ import annotations

import zoneinfo

import pytest

from accounts.models import Company
from accounts.time_zones import choices
from tests.conftest import World
from tests.pages import browser, send, text_of


def offered(present: str = "") -> list[str]:
    names: list[str] = []
    for value, label in choices(present):
        names += [name for name, _ in label] if isinstance(label, list) else [str(value)]
    return names


def test_old_names_are_not_offered() -> None:
    names = offered()
    assert set(names) <= zoneinfo.available_timezones()
    assert not {"Factory", "Zulu", "localtime", "GB", "EST5EDT", "Etc/GMT+5", "US/Eastern"} & set(names)
    assert {
        "America/Bogota",
        "America/Sao_Paulo",
        "America/Argentina/Buenos_Aires",
        "Europe/Madrid",
        "UTC",
    } <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("stored", ["US/Eastern", "Etc/GMT+5", "America/Bogota", "UTC"])
def test_what_is_stored_stays_a_choice(world: World, stored: str) -> None:
    Company.objects.filter(pk=world.company.pk).update(time_zone=stored)
    client = browser(world.owner)
    page = client.get("/settings/general/")
    assert f'<option value="{stored}" selected>' in text_of(page)
    assert "<optgroup" in text_of(page)
    values = {"name": "Planta", "language": "en", "time_zone": stored}
    assert send(client, "/settings/general/", values).status_code == 302
    world.company.refresh_from_db()
    assert world.company.time_zone == stored

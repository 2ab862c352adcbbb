"""The address from which a change came, as the log of transactions has it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from maintenance.models import Item, ItemType
from maintenance.tokens import mint_user_token
from tests.conftest import World
from tests.maintenance.callers import Api

pytestmark = pytest.mark.django_db
METER = {"item_code": "A1", "description": "Hours", "serial": "S-1", "unit_code": "HRS"}


@pytest.mark.parametrize(
    ("forwarded", "stored"),
    [
        ("192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8::1]:51234", "2001:db8::1"),
        ("nonsense", None),
    ],
)
def test_behind_a_proxy_it_is_that_of_the_client(
    world: World, settings: Settings, forwarded: str, stored: str | None
) -> None:
    settings.TRUSTED_PROXY = True
    Item.objects.create(company=world.company, code="A1", type=ItemType.EQUIPMENTS, field_1="Pump")
    api = Api(mint_user_token(company_id=world.company.pk, user_id=world.owner.pk))
    api.client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert api.post("meters", METER).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip_address FROM maintenance_transaction ORDER BY id DESC LIMIT 1")
        (found,) = cursor.fetchone()
    assert found == stored

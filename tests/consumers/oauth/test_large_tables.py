"""Case 243: what each request looks up is found by an index, however many rows there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from consumers.models import AccessToken, Consumer, ConsumerSecret, Grant, RefreshToken
from tests.conftest import World

ROWS = 20_000
END = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
INDEX = ("USING INDEX", "USING COVERING INDEX", "USING INTEGER PRIMARY KEY", "Index")
LOOK_UPS: dict[str, Callable[[], Any]] = {
    "access token": lambda: AccessToken.objects.filter(token_checksum="x" * 64),
    "refresh token": lambda: RefreshToken.objects.filter(token_checksum="x" * 64),
    "code": lambda: Grant.objects.filter(code="x" * 64),
    "consumer": lambda: Consumer.objects.filter(client_id="fmk_x"),
    "secrets of a consumer": lambda: ConsumerSecret.objects.filter(consumer=7),
    "tokens of a family": lambda: AccessToken.objects.filter(token_family="0" * 32),
    "tokens of a connection": lambda: RefreshToken.objects.filter(authorization=7),
}


@pytest.fixture
def many(world: World) -> None:
    """Fill the tokens, so that PostgreSQL has a reason to use an index."""
    consumer = Consumer.objects.create(
        company=world.company, name="Loop", permission_group=world.owner_group, user=None,
        authorization_grant_type="client-credentials", client_type="confidential",
    )  # fmt: skip
    AccessToken.objects.bulk_create(
        AccessToken(
            token="", token_checksum=f"{number:064d}", application=consumer, scope="", expires=END,
            resource=[],
        )
        for number in range(ROWS)
    )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("SET LOCAL enable_seqscan = off")  # the other tables are empty


@pytest.mark.parametrize("what", LOOK_UPS)
def test_case_243_each_look_up_has_an_index(many: None, what: str) -> None:
    """OWASP API4: no table is read from one end to the other for a token."""
    plan = LOOK_UPS[what]().explain()
    assert any(word in plan for word in INDEX), plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan

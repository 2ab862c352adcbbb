"""How many queries each page of the demo plant costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from maintenance.demo.companies import PASSWORD
from maintenance.records.urls import urlpatterns as records
from tests.demo_pages import demo_pages, demo_world
from tests.pages import browser, post
from tests.planted import planted

MOST_QUERIES = 8
# A report is the answer of a tool, which asks the REST API call by call: each reads its caller and its rows.
OF_REPORTS = {"report of a metric": 70, "report of work orders": 12}


@pytest.fixture(scope="module")
def plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with planted(django_db_blocker):
        yield


@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["administrator", "technician"])
def test_no_page_needs_many_queries(plant: None, db: None, who: str) -> None:
    """Each page is opened twice: the first request notes that the session is in use, once a minute."""
    world = demo_world()
    pages = demo_pages(world)
    assert {route.name for route in records} - {"close-work-order"} <= pages.keys()
    client = browser(world.owner if who == "administrator" else world.colleague)
    if who == "administrator":
        post(client, "/accounts/reauthenticate/", {"password": PASSWORD})
    opened, costs = set(), {}
    for name, address in pages.items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        opened.add((name, answer.status_code))
        if len(queries) > OF_REPORTS.get(name, MOST_QUERIES):
            costs[name] = len(queries), [query["sql"] for query in queries]
    shown = {name for name, status in opened if status == 200}
    assert len(shown) >= (75 if who == "administrator" else 25), shown
    assert not costs, costs

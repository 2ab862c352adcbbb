"""From consent over the link to the tools, with two started instances and no part replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.assistant import Assistant
from tests.started.linked import Pair, pair


@pytest.fixture(scope="module")
def instances(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory.mktemp("linked")) as made:
        found = made.configure()
        assert found.count("badge good") >= 4, found
        assert "badge bad" not in found
        yield made


@pytest.fixture(scope="module")
def planner(instances: Pair) -> Assistant:
    return instances.connect("planner@demo.example")


def test_a_person_links_on_the_way_and_works_there(instances: Pair, planner: Assistant) -> None:
    who = planner.ask("whoami")
    assert who["personnel_code"]
    orders = planner.ask("list_work_orders", limit=5)["work_orders"]
    assert orders
    made = planner.ask("create_work_request", title="Correa gastada en la banda 2")
    there = "from maintenance.models import WorkRequest as W;print(W.objects.filter(description=%r).count())"
    code = there % "Correa gastada en la banda 2"
    assert instances.ask(instances.fracttal, code) == "1"
    assert instances.ask(instances.gateway, code) == "0"
    assert planner.ask("get_work_request", id=made["id"])

"""One started product for each engine, shared by its tests; the invariants are checked after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.blackbox import invariants
from tests.blackbox.product import ENGINES, Engine, Product, product
from tests.blackbox.witness import PLANNER, Witness

START_SECONDS = 600


@dataclass(eq=False)
class Installation:
    product: Product
    witnesses: list[Witness] = field(default_factory=list)

    def connect(self, email: str = PLANNER, company: str = "demo") -> Witness:
        """Connect a person by a consumer of its own."""
        self.witnesses.append(Witness(self.product, email, company))
        return self.witnesses[-1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of a fault that an engine cannot have (`needs`)."""

    def fits(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("needs")
        return marker is None or set(marker.args) <= _engine_of(item).has

    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(START_SECONDS))  # the first one starts four processes
    kept = [item for item in items if fits(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _engine_of(item: pytest.Item) -> Engine:
    assert isinstance(item, pytest.Function)
    found = item.callspec.params["shared"]
    assert isinstance(found, Engine)
    return found


def _of(engine: Engine) -> object:
    marks = [pytest.mark.postgres] if engine.database == "postgresql" else []
    return pytest.param(engine, id=str(engine), marks=marks)


@pytest.fixture(scope="session", params=[_of(engine) for engine in ENGINES])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with product(request.param, tmp_path_factory.mktemp(str(request.param))) as started:
        yield Installation(started)


@pytest.fixture(scope="session")
def everyday(shared: Installation) -> Witness:
    """The planner's connection, which goes through all tests of an engine."""
    return shared.connect()


@pytest.fixture
def installation(shared: Installation, everyday: Witness) -> Iterator[Installation]:
    yield shared
    shared.product.wait_until_ready()
    invariants.check(shared.product, shared.witnesses)


@pytest.fixture
def system(installation: Installation) -> Product:
    return installation.product


@pytest.fixture
def planner(installation: Installation, everyday: Witness) -> Witness:
    return everyday

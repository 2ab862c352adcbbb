"""The parts of a record: the tool that shows them, their owner, and the rows in the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle import contract_parts, records
from tests.oracle.asking import Question
from tests.oracle.plants import Plant, Row
from tests.oracle.tables import Tables


@dataclass(frozen=True)
class Owner:
    """The records of `table`, identified by `number`.

    `asked` builds the arguments to show one; `found` finds it in the answer.
    """

    table: str
    number: str
    tool: str
    asked: Callable[[Any, str], dict[str, Any]]
    found: Callable[[Row, Any], Row] = lambda answer, _number: answer


OWNERS = {
    "asset": Owner("Item", "code", "get_asset", lambda code, part: {"code": code, "include": [part]}),
    "order": Owner(
        "WorkOrder", "folio", "get_work_order", lambda folio, part: {"folio": folio, "include": [part]}
    ),
    "request": Owner(
        "WorkRequest", "id", "get_work_request", lambda number, part: {"id": str(number), "include": [part]}
    ),
    "third_party": Owner(
        "ThirdParty",
        "code",
        "list_third_parties",
        lambda code, part: {"code": code, "include": [part]},
        lambda answer, _code: answer["third_parties"][0],
    ),
    "person": Owner(
        "Personnel",
        "code",
        "list_people",
        lambda code, _part: {"text": code, "documents": True},
        lambda answer, code: next(person for person in answer["people"] if person.get("code") == code),
    ),
}


@dataclass(frozen=True)
class Part:
    """A part. `sql` selects it for the record `:code`, and its column `shown` is the member of that name.

    Without `sql` the part consists of rows of contract_parts.py, and `shown` has their text.
    """

    resource: str
    owner: str
    name: str
    shown: str
    sql: str | None = None

    def question(self, number: Any) -> Question:
        owner = OWNERS[self.owner]
        return Question(owner.tool, owner.asked(number, self.name))

    def expected(self, plant: Plant, number: Any) -> list[Any]:
        if self.sql is not None:
            return sorted(_plain(row[self.shown]) for row in Tables(plant)(self.sql, code=number))
        return sorted(
            contract_parts.word_of(part)
            for part in plant[contract_parts.TABLE]
            if part["resource"] == self.resource and part["owner"] == number
        )

    def told(self, answer: Row, number: Any) -> list[Any]:
        lines = OWNERS[self.owner].found(answer, number).get(self.name) or ()
        return sorted(_plain(line[self.shown]) for line in lines)


def _plain(value: Any) -> Any:
    """Convert timestamps to whole seconds."""
    if isinstance(value, float):
        return int(value)
    try:
        return int(dt.datetime.fromisoformat(value).timestamp())
    except (TypeError, ValueError):
        return value


REQUISITIONS = "SELECT id FROM Movement WHERE type = 12 AND document = :code"
PARTS = (
    Part("items_availability", "asset", "downtime", "since", records.STOPS),
    Part("items_custom_fields", "asset", "custom_fields", "label"),
    Part("items_document_management", "asset", "documents", "name"),
    Part("items_locations", "asset", "location_history", "source"),
    Part("meters", "asset", "meters", "id", records.METERS),
    Part("work_orders", "asset", "history", "folio", records.HISTORY),
    Part("tasks", "asset", "plan", "task", records.PLAN),
    Part("work_orders_attachments", "order", "attachments", "content"),
    Part("work_orders_movements", "order", "requisitions", "id", REQUISITIONS),
    Part("work_orders_subtasks", "order", "subtasks", "question"),
    Part("wo_resources", "order", "resources", "id", records.RESOURCES),
    Part("work_requests_attachments", "request", "attachments", "name"),
    Part("work_requests_status", "request", "history", "at", records.CHANGES),
    Part("third_parties_contacts", "third_party", "contacts", "name"),
    Part("third_parties_document_management", "third_party", "documents", "name"),
    Part("third_parties_services", "third_party", "services", "name"),
    Part("personnel_document_management", "person", "documents", "name"),
)

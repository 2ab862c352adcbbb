"""The parts of a record, field by field: the columns of a part's SQL are the members of its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle.listed import as_written
from tests.oracle.lists_of_supply import DOCUMENTS
from tests.oracle.plants import Row
from tests.oracle.records import PERSON_OF

# No link in an answer may open by itself, so addresses that people wrote are shown without their scheme.
CONTENT = "replace(value, 'https://', '') AS content"


@dataclass(frozen=True)
class Belonging:
    """A part.

    `sql` selects it for the record `:code`; `record` returns a row of the answer for the comparison.
    """

    owner: str
    part: str
    sql: str
    record: Callable[[Row], Row] = as_written


def _documents(owner: str, table: str, column: str) -> Belonging:
    return Belonging(
        owner,
        "documents",
        f"""
        SELECT paper.name, paper.description, paper."group", version, valid_from,
               valid_through AS valid_until, coalesce(valid_through >= day_of(:now), 1) AS still_valid,
               is_warranty AS warranty, author, iso_code
          FROM Document AS paper JOIN {table} AS owner ON owner.id = paper.{column}
         WHERE owner.code = :code ORDER BY paper.id
        """,
    )


def _image(record: Row) -> Row:
    """Each service has its own record pages."""
    return {**record, "link": "/" + record["link"].split("/", 3)[3]}


REQUISITIONS = DOCUMENTS[0]
PLACE = "(SELECT description FROM Item WHERE id = {column})"
BELONGINGS = (
    _documents("asset", "Item", "item_id"),
    _documents("person", "Personnel", "person_id"),
    _documents("third_party", "ThirdParty", "third_party_id"),
    Belonging(
        "asset",
        "custom_fields",
        """
        SELECT field.id, field.label, nullif(kept.value, '') AS value
          FROM Item AS asset JOIN CustomField AS field ON field.item_type = asset.type
          LEFT JOIN CustomFieldValue AS kept ON kept.field_id = field.id AND kept.item_id = asset.id
         WHERE asset.code = :code ORDER BY field.id
        """,
    ),
    Belonging(
        "asset",
        "location_history",
        f"""
        SELECT date AS moved_at, {PLACE.format(column="source_id")} AS source,
               {PLACE.format(column="destination_id")} AS destination,
               {PERSON_OF.format(number="moved_by_id")} AS moved_by
          FROM ItemMove WHERE item_id = (SELECT id FROM Item WHERE code = :code)
         ORDER BY date DESC, id DESC
        """,
    ),
    Belonging(
        "order",
        "subtasks",
        """
        SELECT question.id, question.task_id AS task, question.description AS question,
               question.is_required AS required, question.unit, meter.description AS meter,
               meter.last_value,
               CASE question.type WHEN 1 THEN 'text' WHEN 2 THEN 'yes_no' WHEN 3 THEN 'number'
                                  WHEN 4 THEN 'verification' ELSE 'meter' END AS kind,
               CASE question.type || ' ' || question.value
                    WHEN '2 true' THEN 'yes' WHEN '2 false' THEN 'no' WHEN '2 N/A' THEN 'not_applicable'
                    WHEN '4 1' THEN 'pass' WHEN '4 2' THEN 'alert' WHEN '4 3' THEN 'fail'
                    ELSE nullif(question.value, '') END AS answer
          FROM Subtask AS question JOIN work ON work.id = question.task_id
          LEFT JOIN Meter AS meter ON meter.id = question.meter_id
         WHERE folio = :code ORDER BY question.task_id DESC, question.order_number, question.id
        """,
    ),
    Belonging(
        "order",
        "attachments",
        f"""
        SELECT CASE type WHEN 1 THEN 'file' WHEN 2 THEN 'link' ELSE 'note' END AS kind,
               paper.description AS name, {CONTENT}
          FROM Attachment AS paper JOIN WorkOrder AS whole ON whole.id = paper.work_order_id
         WHERE whole.folio = :code ORDER BY paper.id
        """,
    ),
    Belonging(
        "order", "requisitions", REQUISITIONS.sql.format(where="paper.document = :code"), REQUISITIONS.record
    ),
    Belonging(
        "request",
        "attachments",
        """
        SELECT description AS name, path AS link FROM RequestAttachment WHERE request_id = :code ORDER BY id
        """,
        _image,
    ),
    Belonging(
        "third_party",
        "services",
        """
        SELECT service.id, description AS name, cost, unit, nullif(details, '') AS details
          FROM ThirdPartyService AS service JOIN ThirdParty AS party ON party.id = service.third_party_id
         WHERE party.code = :code ORDER BY service.id
        """,
    ),
    Belonging(
        "third_party",
        "contacts",
        """
        SELECT contact.name, contact.email, telephone, mobile, role, branch_name AS branch
          FROM ThirdPartyContact AS contact JOIN ThirdParty AS party ON party.id = contact.third_party_id
         WHERE party.code = :code ORDER BY contact.id
        """,
    ),
)

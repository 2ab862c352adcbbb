"""Meters, warehouses, their stock and their documents as compared by the oracle."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from tests.oracle.calendars import first_moment
from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, Make, asset, flag, location, one_of, serial, text
from tests.oracle.listed import Listed, as_written
from tests.oracle.plants import Plant, Row
from tests.oracle.questions import said

# A meter that was never read is not outside of its limits.
OUTSIDE = "(meter.last_value < meter.min_value OR meter.last_value > meter.max_value)"
METER = f"""
       meter.description, asset.description AS asset,
       meter.serial, CASE WHEN meter.is_counter THEN 'counter' ELSE 'gauge' END AS kind,
       meter.unit_code AS unit, asset.code AS asset_code, meter.active, meter.last_value,
       meter.last_date AS last_read_at, meter.last_accumulated_value AS accumulated_value,
       meter.monthly_average, meter.min_value AS lowest_allowed, meter.max_value AS highest_allowed,
       coalesce({OUTSIDE}, 0) AS outside_limits
"""


OF_METERS: dict[str, Make] = {
    "asset": asset("asset.code"),
    "serial": serial,
    "location": location("asset.ancestors || asset.id || '/'"),
    "outside_limits": flag("outside_limits", OUTSIDE),
    "text": text(
        "meter.description",
        "meter.serial",
        "meter.unit",
        "meter.unit_code",
        "asset.description",
        "asset.code",
    ),
}
METERS = Listed(
    "list_meters",
    "meters",
    ("id",),
    f"""
    SELECT meter.id AS key, {METER} FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
     WHERE {{where}} ORDER BY meter.id
    """,
    OF_METERS | {"without_tasks": lambda _plant, _roll: Filter({"with_tasks": False}, "1")},
)
# A counter appears once for each active task of the asset's plan in its unit, or once without a task.
METERS_WITH_TASKS = Listed(
    "list_meters",
    "meters",
    ("id", "task_id"),
    f"""
    SELECT meter.id || ' ' || coalesce(task.id, 'None') AS key, task.description AS task,
           (SELECT value FROM LastStep WHERE meter_id = meter.id AND task_id = task.id) AS last_step,
           (SELECT done_at FROM LastStep WHERE meter_id = meter.id AND task_id = task.id)
               AS task_last_done_at,
           {METER}
      FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
      LEFT JOIN PlannedTask AS task
        ON meter.is_counter AND task.is_active AND task.plan_id = asset.task_plan_id
       AND EXISTS (SELECT 1 FROM TaskTrigger AS step
                    WHERE step.task_id = task.id AND step.type = 3 AND step.unit_code = meter.unit_code)
     WHERE {{where}} ORDER BY meter.id, task.id
    """,
    OF_METERS,
    fixed={"with_tasks": True},
)
WAREHOUSES = Listed(
    "list_stock",
    "warehouses",
    ("code",),
    """
    SELECT code AS key, description AS name, active, city, coalesce(external_integration, 0) AS integrated,
           (SELECT description FROM Item WHERE id = location_id) AS location,
           coalesce(allow_negative_stock, 0) AS allows_negative_stock,
           coalesce((SELECT sum(stock * unit_cost) FROM StockLevel WHERE warehouse_id = Warehouse.id), 0.0)
               AS stock_value
      FROM Warehouse WHERE {where} ORDER BY id
    """,
    {},
)


def _warehouse(column: str) -> Make:
    """Filter by a warehouse, with its code or its name."""

    def make(plant: Plant, roll: Dice) -> Filter | None:
        if not plant["Warehouse"]:
            return None
        row = roll.of(plant["Warehouse"])
        return Filter({"warehouse": roll.pick(row["code"], row["description"])}, f"{column} = {row['id']}")

    return make


def _item(plant: Plant, roll: Dice) -> Filter | None:
    codes = [item["code"] for item in plant["Item"] if item["type"] in {3, 4}]
    if not codes:
        return None
    code = roll.of(codes)
    return Filter({"item": code}, f"item.code = '{code}'")


OF_STOCK: dict[str, Make] = {
    "warehouse": _warehouse("level.warehouse_id"),
    "item": _item,
    "below_minimum": flag("below_minimum", "level.stock < level.min_level"),
    "active": flag("active", "item.active"),
    "text": text("item.code", "item.description", "item.field_2", 'item."group"'),
}


def _narrowed(plant: Plant, roll: Dice) -> Filter | None:
    """Draw at least one filter: without any, the tool lists the warehouses."""
    names = {roll.of([*OF_STOCK]), roll.of([*OF_STOCK])}
    made = [each for name in sorted(names) if (each := OF_STOCK[name](plant, roll))]
    if not made:
        return None
    arguments = {name: value for each in made for name, value in each.arguments.items()}
    return Filter(arguments, " AND ".join(f"({each.condition})" for each in made))


STOCK = Listed(
    "list_stock",
    "stock",
    ("item", "warehouse"),
    """
    SELECT item.code || ' ' || warehouse.code AS key, item.field_1 AS name, item."group" AS category,
           warehouse.description AS warehouse_name, item.unit, level.reorder_level AS reorder_at,
           level.shelf, level.stock, level.min_level AS minimum, level.max_level AS maximum, item.active,
           coalesce(max(0.0, level.min_level - level.stock), 0.0) AS missing
      FROM StockLevel AS level
      JOIN Item AS item ON item.id = level.item_id
      JOIN Warehouse AS warehouse ON warehouse.id = level.warehouse_id
     WHERE {where} ORDER BY warehouse.id, item.id
    """,
    {"narrowed": _narrowed},
    always=("narrowed",),
)
REQUESTED = """
SELECT sum(line.qty_pending) FROM MovementLine AS line JOIN Movement AS paper ON paper.id = line.movement_id
 WHERE paper.type = 16 AND paper.state IN (1, 2) AND line.qty_pending > 0
   AND line.item_id = item.id AND paper.warehouse_id = warehouse.id
   AND paper.date_create BETWEEN :now - 180 * 86400.0 AND :now
"""
# What is requested is read for one item, and the upstream shows costs only if one item is requested.
STOCK_OF_AN_ITEM = replace(
    STOCK,
    sql=STOCK.sql.replace("level.stock,", f"level.stock, level.unit_cost, ({REQUESTED}) AS requested,", 1),
    filters=OF_STOCK,
    always=("item",),
    name="of an item",
)


def _since(plant: Plant, roll: Dice) -> Filter:
    """Without `since` the period starts 90 × 24 h before `until`, by default the end of today."""
    calendar, arguments = plant.calendar, dict[str, Any]()
    today = calendar.now.astimezone(calendar.tz).date()
    until = first_moment(calendar.tz, today + dt.timedelta(days=1)) - dt.timedelta(microseconds=1)
    if roll.once_in(2):
        until = said("until", calendar, roll, arguments)
    since = until - dt.timedelta(days=90)
    if roll.once_in(2):
        since = said("since", calendar, roll, arguments)
        if since > until:
            del arguments["since"]
            since = until - dt.timedelta(days=90)
    between = f"BETWEEN {since.timestamp()!r} AND {until.timestamp()!r}"
    return Filter(arguments, f"paper.date_create {between}")


def _since_or_of_an_order(plant: Plant, roll: Dice) -> Filter:
    """Without `since`, everything that a work order requested counts, however long ago."""
    named = [row["document"] for row in plant["Movement"] if row["work_order_id"] is not None]
    when = _since(plant, roll)
    if not named or not roll.once_in(2):
        return when
    folio = roll.of(named)
    asked = Filter(when.arguments | {"work_order": folio}, f"paper.document = '{folio}'")
    if "since" in when.arguments:
        return Filter(asked.arguments, f"{asked.condition} AND {when.condition}")
    until = when.condition.rpartition(" AND ")[2]
    return Filter(asked.arguments, f"{asked.condition} AND paper.date_create <= {until}")


def _paper(record: Row) -> Row:
    lines = record.get("lines") or ()
    return {
        **as_written(record),
        "lines_quantity": sum(line["quantity"] for line in lines),
        "lines_pending": sum(line["pending"] for line in lines),
        "lines_cost": sum(line.get("unit_cost") or 0 for line in lines),
        "line_texts": "; ".join(f"{line['item']} {line['name']} {line.get('unit')}" for line in lines)
        or None,
    }


_PERSON = "(SELECT trim(first_name || ' ' || last_name) FROM Personnel WHERE id = paper.{column})"
RESPONSIBLE = _PERSON.format(column="responsible_id")
# The further members of each kind of document.
SAID_OF_PAPERS = {
    "requisitions": f"""
        paper.document AS work_order, 'COP' AS currency,
        coalesce({RESPONSIBLE}, {_PERSON.format(column="created_by_id")}) AS responsible
    """,
    "material_requests": f"""
        paper.document, paper.note, paper.date_delivery AS delivery_at, {RESPONSIBLE} AS responsible
    """,
    "purchase_orders": f"""
        paper.document, paper.note, {RESPONSIBLE} AS responsible,
        (SELECT name FROM ThirdParty WHERE id = paper.third_party_id) AS supplier
    """,
}
LINE_TEXTS = """
    (SELECT group_concat(text, '; ') FROM (
        SELECT item.code || ' ' || item.description || ' '
               || coalesce(nullif(upper(substr(item.unit, 1, 3)), ''), 'None') AS text
          FROM MovementLine AS line JOIN Item AS item ON item.id = line.item_id
         WHERE line.movement_id = paper.id ORDER BY line.id
    ))
"""


def _papers(kind: str, number: int, more: dict[str, Make], always: tuple[str, ...] = ()) -> Listed:
    lines = "FROM MovementLine AS line WHERE line.movement_id = paper.id"
    sums = f", (SELECT coalesce(sum(qty), 0) {lines}) AS lines_quantity"
    sums += f", (SELECT coalesce(sum(qty_pending), 0) {lines}) AS lines_pending"
    sums += f", {LINE_TEXTS} AS line_texts"
    if kind == "requisitions":
        sums += f", (SELECT coalesce(sum(unit_cost), 0) {lines}) AS lines_cost"
    return Listed(
        "list_warehouse_documents",
        "documents",
        ("id",),
        f"""
        SELECT paper.id AS key, paper.folio AS number, warehouse.description AS warehouse,
               paper.date_create AS date, {SAID_OF_PAPERS[kind]},
               (SELECT count(*) {lines}) AS number_of_lines,
               CASE paper.state WHEN 1 THEN 'not_delivered' WHEN 2 THEN 'partly_delivered'
                                WHEN 3 THEN 'delivered' ELSE 'cancelled' END AS state
               {"" if kind == "purchase_orders" else sums}
          FROM Movement AS paper JOIN Warehouse AS warehouse ON warehouse.id = paper.warehouse_id
         WHERE paper.type = {number} AND {{where}} ORDER BY paper.date_create DESC, paper.id DESC
        """,
        {
            "state": one_of(
                "state",
                "paper.state",
                {"not_delivered": 1, "partly_delivered": 2, "delivered": 3, "cancelled": 4},
            ),
            "warehouse": _warehouse("paper.warehouse_id"),
            "period": _since,
            **more,
        },
        fixed={"kind": kind},
        always=("period", *always),
        record=_paper,
    )


DOCUMENTS = (
    _papers("requisitions", 12, {"period": _since_or_of_an_order}),
    _papers("material_requests", 16, {}),
    _papers("purchase_orders", 10, {}, ("warehouse",)),
)

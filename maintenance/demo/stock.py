"""Warehouses of the demo plants, their stock, and the documents of the last months."""

from __future__ import annotations

import datetime
import random

from maintenance.demo.plant import Plant
from maintenance.demo.spare_parts import FAMILIES
from maintenance.demo.wording import Text
from maintenance.models import (
    Item,
    ItemType,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    StockLevel,
    ThirdPartyType,
    Warehouse,
    WorkOrder,
    WorkOrderStatus,
)

PURCHASE_NOTES = (
    Text("Compra de reposición", "Compra de reposição", "Replenishment order"),
    Text("Pedido urgente por parada", "Pedido urgente por parada", "Urgent order for a stop"),
    Text("Reposición mensual", "Reposição mensal", "Monthly replenishment"),
    Text("Entrega de pedido abierto", "Entrega de pedido em aberto", "Blanket order call-off"),
)
REQUEST_NOTES = (
    Text("Para parada de mantenimiento", "Para parada de manutenção", "For the maintenance shutdown"),
    Text("Consumo del turno", "Consumo do turno", "Use of the shift"),
    Text(
        "Para el mantenimiento mayor de la línea 3",
        "Para a revisão geral da linha 3",
        "For the overhaul of line 3",
    ),
    None,
)


def add_stock(plant: Plant) -> None:
    company, rng, address = plant.company, plant.rng("stock"), plant.spec.address
    by_code = {location.code: location for location in plant.locations}
    made = Warehouse.objects.bulk_create(
        Warehouse(
            company=company,
            code=store.code,
            description=store.description,
            location=by_code[store.location],
            address=by_code[store.location].field_1,
            city=address.city,
            country=address.country,
            external_integration=store.integrated,
        )
        for store in plant.spec.stores
    )
    plant.warehouses.extend(made)
    parts = [*Item.objects.filter(company=company, type=ItemType.SPARE_PARTS), *_further_parts(plant)]
    levels = _levels(plant, parts, rng)
    _add_documents(plant, levels, rng)
    for warehouse in plant.warehouses:
        warehouse.folio = 1000
        warehouse.folio_po = 200
        warehouse.save(update_fields=["folio", "folio_po"])


def _further_parts(plant: Plant) -> list[Item]:
    made = []
    for family, kind in enumerate(FAMILIES, 1):
        for number, size in enumerate(kind.sizes, 1):
            code, rank = f"REP-{family:02d}{number:02d}-A", "ABC"[(family + number) % 3]
            item = kind.part.item(plant, code, size, rank)
            item.description = item.composed_description()
            made.append(item)
    return Item.objects.bulk_create(made)


def _levels(plant: Plant, parts: list[Item], rng: random.Random) -> list[StockLevel]:
    costs = {
        family.part.name.said_in(plant.spoken(family.part.language)).split(" {}")[0]: family.cost
        for family in FAMILIES
    }
    levels = []
    for number, item in enumerate(parts):
        base = next((cost for start, cost in costs.items() if item.field_1.startswith(start)), 60)
        for warehouse in plant.warehouses:
            chance = 1.0 if warehouse is plant.warehouses[0] else 0.35
            if rng.random() > chance:
                continue
            minimum = float(rng.choice((2, 4, 5, 10, 20)))
            # About one level in six is below its minimum.
            stock = minimum * (rng.uniform(0, 0.9) if rng.random() < 0.17 else rng.uniform(1, 4))
            levels.append(
                StockLevel(
                    company=plant.company,
                    warehouse=warehouse,
                    item=item,
                    stock=float(round(stock)),
                    unit_cost=round(base * rng.uniform(0.8, 1.3), 2),
                    min_level=minimum,
                    max_level=minimum * 5,
                    reorder_level=minimum * 1.5,
                    order_quantity=minimum * 2,
                    shelf=f"{'ABCD'[number % 4]}{number % 12 + 1:02d}-{number % 5 + 1}",
                )
            )
    return StockLevel.objects.bulk_create(levels)


def _add_documents(plant: Plant, levels: list[StockLevel], rng: random.Random) -> None:
    people = [person for person in plant.staff if person.active]
    suppliers = [party for party in plant.parties if ThirdPartyType.SUPPLIER in party.types]
    kinds = (
        (MovementType.PURCHASE_ORDER, 90, "OC-"),
        (MovementType.PURCHASE_ENTRY, 60, "ENT-"),
        (MovementType.GENERAL_ISSUE, 50, "SAL-"),
        (MovementType.MATERIAL_REQUEST, 45, "SM-"),
    )
    documents = []
    for kind, count, prefix in kinds:
        for number in range(1, count + 1):
            made = plant.today - datetime.timedelta(days=rng.randint(1, 180), minutes=rng.randint(1, 1400))
            state = MovementState.TOTAL_DELIVERY
            if kind in (MovementType.PURCHASE_ORDER, MovementType.MATERIAL_REQUEST):
                state = rng.choice(list(MovementState))
            warehouse, document = rng.choice(plant.warehouses), f"FV-{rng.randint(10000, 99999)}"
            note = rng.choice(PURCHASE_NOTES if kind == MovementType.PURCHASE_ORDER else REQUEST_NOTES)
            documents.append(
                Movement(
                    company=plant.company,
                    warehouse=warehouse,
                    type=kind,
                    state=state,
                    folio=f"{prefix}{number:04d}",
                    document=document,
                    note=plant.term(note) if note else None,
                    date=made,
                    date_create=made,
                    date_delivery=made + datetime.timedelta(days=rng.randint(2, 20)),
                    priority=rng.randint(1, 5),
                    cost_center="CC-600 Mantenimiento",
                    third_party=rng.choice(suppliers) if suppliers and prefix in ("OC-", "ENT-") else None,
                    responsible=rng.choice(people),
                    created_by=rng.choice(people),
                )
            )
    _with_lines(Movement.objects.bulk_create(documents), levels, rng)


def add_requisitions(plant: Plant) -> None:
    """Adds requisitions: open orders wait for parts, finished orders have received theirs."""
    company, rng = plant.company, plant.rng("requisitions")
    levels = list(StockLevel.objects.filter(company=company))
    orders = list(
        WorkOrder.objects.filter(company=company)
        .exclude(status=WorkOrderStatus.CANCELLED)
        .select_related("responsible")
        .order_by("-creation_date", "-id")[:400]
    )
    documents = []
    for number, order in enumerate(rng.sample(orders, min(120, len(orders))), 1):
        is_open = order.status == WorkOrderStatus.IN_PROCESS
        waiting = (MovementState.NOT_DELIVERED, MovementState.NOT_DELIVERED, MovementState.PARTIAL_DELIVERY)
        documents.append(
            Movement(
                company=company,
                warehouse=plant.warehouses[0],
                type=MovementType.REQUISITION,
                state=rng.choice(waiting) if is_open else MovementState.TOTAL_DELIVERY,
                folio=f"REQ-{number:04d}",
                document=order.folio,
                date=order.creation_date,
                date_create=order.creation_date,
                work_order=order,
                responsible=order.responsible,
                created_by=order.responsible,
            )
        )
    _with_lines(Movement.objects.bulk_create(documents), levels, rng)


def _with_lines(documents: list[Movement], levels: list[StockLevel], rng: random.Random) -> None:
    kept: dict[int, list[StockLevel]] = {}
    for level in levels:
        kept.setdefault(level.warehouse_id, []).append(level)
    lines = []
    for document in documents:
        for level in rng.sample(kept[document.warehouse_id], rng.randint(1, 4)):
            qty = float(rng.randint(1, 12))
            pending = {
                MovementState.NOT_DELIVERED: qty,
                MovementState.PARTIAL_DELIVERY: float(max(1, qty // 2)),
            }.get(MovementState(document.state), 0.0)
            lines.append(
                MovementLine(
                    company_id=document.company_id,
                    movement=document,
                    item_id=level.item_id,
                    qty=qty,
                    qty_pending=pending,
                    unit_cost=level.unit_cost,
                )
            )
    MovementLine.objects.bulk_create(lines)

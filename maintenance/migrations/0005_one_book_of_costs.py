"""What earlier versions left behind: costs that only the resources knew, requisitions of cancelled orders, and
places whose names look like two in a path."""

import re
from typing import Any

from django.db import migrations
from django.db.models import DecimalField, Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Cast, Round

REQUISITION, CANCELLED_ORDER = 12, 4
OPEN_STATES, CANCELLED = (1, 2), 4
COLUMNS = {1: "inventory_cost", 2: "labour_cost", 3: "services_cost"}
SLASH_WITHIN = re.compile(r" ?/ ")


def add_up_costs(apps: Any, schema_editor: Any) -> None:
    tasks = apps.get_model("maintenance", "WorkOrderTask").objects
    resources = apps.get_model("maintenance", "TaskResource").objects

    def total(kind: int, column: str, digits: int) -> Any:
        of_task = resources.filter(task=OuterRef("pk"), type=kind).order_by().values("task")
        money = DecimalField(max_digits=digits, decimal_places=2)
        return Subquery(of_task.annotate(sum=Cast(Round(Sum(column), 2), money)).values("sum"))

    for kind, column in COLUMNS.items():
        of_kind = tasks.filter(Exists(resources.filter(task=OuterRef("pk"), type=kind)))
        of_kind.update(**{column: total(kind, "total_cost", 14)})
    tasks.filter(Exists(resources.filter(task=OuterRef("pk"), type=2))).update(hours=total(2, "qty", 10))


def close_requisitions(apps: Any, schema_editor: Any) -> None:
    movements = apps.get_model("maintenance", "Movement").objects
    lines = apps.get_model("maintenance", "MovementLine").objects
    left = movements.filter(
        type=REQUISITION, state__in=OPEN_STATES, work_order__status=CANCELLED_ORDER
    ).values_list("pk", flat=True)
    numbers = list(left)
    lines.filter(movement__in=numbers).update(qty_pending=0)
    movements.filter(pk__in=numbers).update(state=CANCELLED)


def write_slashes_within(apps: Any, schema_editor: Any) -> None:
    items = apps.get_model("maintenance", "Item").objects
    names = {
        pk: SLASH_WITHIN.sub(" / ", name)
        for pk, name in items.filter(field_1__contains="/ ").values_list("pk", "field_1")
        if SLASH_WITHIN.sub(" / ", name) != name
    }
    for pk in names:
        for item in items.filter(ancestors__contains=f"/{pk}/"):
            above = [int(number) for number in item.ancestors.strip("/").split("/")]
            known = dict(items.filter(pk__in=above).values_list("pk", "field_1"))
            path = "".join(f"{SLASH_WITHIN.sub(' / ', known[number])}/ " for number in above)
            items.filter(pk=item.pk).update(parent_description=f"// {path}")


class Migration(migrations.Migration):
    dependencies = [("maintenance", "0004_reported_stops_and_purchases")]
    operations = [
        migrations.RunPython(add_up_costs, migrations.RunPython.noop),
        migrations.RunPython(close_requisitions, migrations.RunPython.noop),
        migrations.RunPython(write_slashes_within, migrations.RunPython.noop),
    ]

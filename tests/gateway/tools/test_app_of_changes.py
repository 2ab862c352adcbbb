"""The plant's log says through which app a change came, for each app of one person."""

from __future__ import annotations

import re

from django.db import connection

from accounts.models import User
from maintenance.models import WorkOrder
from tests.gateway.tools.conftest import PersonMaker, embedded_only
from tests.maintenance.callers import browser


@embedded_only
def test_a_change_names_the_app_that_made_it(person: PersonMaker) -> None:
    folio = WorkOrder.objects.filter(company__slug="demo", status=1).order_by("pk")[0].folio
    name = User.objects.get(email="admin@demo.example").display_name
    for app in ("ChatGPT", "Claude", "ChatGPT"):
        person(consumer_name=app).ask("update_work_order", folio=folio, note=f"by {app}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT via_app, name FROM maintenance_transaction ORDER BY id DESC LIMIT 3")
        assert cursor.fetchall() == [("ChatGPT", name), ("Claude", name), ("ChatGPT", name)]
    reader = browser("admin@demo.example")
    page = reader.get(f"/records/work-orders/{folio}", headers={"accept-language": "en"}).content.decode()
    assert f"Changed with Claude by {name}" in page
    log = reader.get("/settings/transactions-log/", {"record": folio}, headers={"accept-language": "en"})
    told = re.sub(r"<[^>]*>", "", log.content.decode())
    assert f"Claude changed work order {folio} for {name}" in told

"""The pages behind answers: their figures from SQL, their rights, and their files read by other programs."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.kinds import Kind
from audit.models import Event
from maintenance.models import Item, ItemType, StockLevel, Warehouse, WorkOrderStatus
from mcp_gateway.calls.field_labels import LABELS, METRICS
from reports.tables import columns_of
from reports.titles import LISTS
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory
from tests.gateway.tools.small_plant import SmallPlant
from tests.pages import browser, form_at, post, text_of

pytestmark = pytest.mark.django_db
EVERYTHING = ["assets:view", "work_orders:view", "work_requests:view", "metrics:view", "tasks:view"]
MANY = 130


@pytest.fixture
def plant(db: None, settings: Any) -> SmallPlant:
    settings.API_REQUESTS_PER_MINUTE = 0
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 0
    return SmallPlant(timezone.now(), "America/Bogota")


def somebody(plant: SmallPlant, *rights: str) -> Client:
    group = PermissionGroupFactory(company=plant.company, rights=list(rights or EVERYTHING))
    member = MembershipFactory(user=UserFactory(), permission_group=group)
    return browser(member.user)


def many_assets(plant: SmallPlant) -> list[str]:
    for number in range(MANY):
        plant.item(f"A-{number:03}")
    plant.item("=HYPERLINK(1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM maintenance_item WHERE company_id = %s", [plant.company.pk])
        return sorted(str(code) for (code,) in cursor.fetchall())


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def test_a_list_shows_the_first_page_and_says_so(plant: SmallPlant) -> None:
    many_assets(plant)
    page = somebody(plant).get("/reports/list_assets/")
    assert page.status_code == 200
    assert page.content.count(b"<tr>") == 1 + 100
    assert "The first 100 records" in text_of(page)
    assert page["Cache-Control"] == "no-store"


def test_csv_has_every_record_and_no_formula(plant: SmallPlant) -> None:
    expected = many_assets(plant)
    answer = post(somebody(plant), "/reports/list_assets/download/", {"format": "csv"})
    assert answer["Content-Disposition"].startswith('attachment; filename="assets-')
    rows = list(csv.DictReader(io.StringIO(body_of(answer).decode("utf-8-sig"))))
    assert sorted(row["code"].removeprefix("'") for row in rows) == expected
    assert [row["code"] for row in rows if "HYPERLINK" in row["code"]] == ["'=HYPERLINK(1)"]


def test_xlsx_has_every_record_and_no_formula(plant: SmallPlant) -> None:
    expected = many_assets(plant)
    answer = post(somebody(plant), "/reports/list_assets/download/", {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(body_of(answer))).active
    head, *rows = sheet.iter_rows()
    place = [cell.value for cell in head].index("code")
    assert sorted(row[place].value.removeprefix("'") for row in rows) == expected
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_the_file_of_a_list_of_two_kinds_has_the_columns_of_its_records(plant: SmallPlant) -> None:
    """list_stock answers with warehouses, or with the stock of one."""
    store = Warehouse.objects.create(company=plant.company, code="A", description="Store")
    bolt = plant.item("BOLT", type=ItemType.SPARE_PARTS)
    StockLevel.objects.create(company=plant.company, warehouse=store, item=bolt, stock=7)
    client = somebody(plant, "inventory:view")
    answer = post(client, "/reports/list_stock/download/?warehouse=A", {"format": "csv"})
    (row,) = csv.DictReader(io.StringIO(body_of(answer).decode("utf-8-sig")))
    assert row["stock"] == "7.0" or row["stock"] == "7"
    assert "BOLT" in row.values()


def test_the_page_is_told_how_far_a_download_has_come(plant: SmallPlant) -> None:
    codes = many_assets(plant)
    person, other = somebody(plant), somebody(plant)
    name = dict(form_at(person.get("/reports/list_assets/"), "download/?").fields)["progress"]
    waiting = text_of(person.get(f"/reports/progress/{name}/"))
    assert "The file is being made…" in waiting
    assert "polls=1" in waiting
    url = "/reports/list_assets/download/"
    parts = iter(post(person, url, {"format": "csv", "progress": name}).streaming_content)
    next(parts)
    next(parts)  # the first page of a hundred records
    half_way = text_of(person.get(f"/reports/progress/{name}/"))
    assert f"100 of {len(codes)} records read" in half_way
    assert "hx-get" in half_way
    assert "records read" not in text_of(other.get(f"/reports/progress/{name}/"))
    assert b"".join(parts)
    ended = text_of(person.get(f"/reports/progress/{name}/"))
    assert f"The file is made, with {len(codes)} records." in ended
    assert "hx-get" not in ended


@pytest.mark.parametrize("query", ["polls=10", f"polls={'9' * 5000}", "polls=-1", "polls=many"])
def test_the_page_stops_asking_where_nothing_is_known(plant: SmallPlant, query: str) -> None:
    assert "hx-get" not in text_of(somebody(plant).get(f"/reports/progress/{'x' * 12}/?{query}"))


def test_a_download_needs_no_progress(plant: SmallPlant) -> None:
    many_assets(plant)
    for name in ("", "../..", "x" * 500):
        answer = post(somebody(plant), "/reports/list_assets/download/", {"format": "csv", "progress": name})
        assert body_of(answer).count(b"\r\n") == MANY + 2


def test_a_file_that_ends_early_says_so(plant: SmallPlant, monkeypatch: pytest.MonkeyPatch) -> None:
    many_assets(plant)
    monkeypatch.setattr("reports.asked.MOST_ROWS", 100)
    answer = post(somebody(plant), "/reports/list_assets/download/", {"format": "csv"})
    *rows, last = csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig")))
    assert len(rows) == 1 + 100
    assert last[0].startswith("This file does not have all records")


@pytest.mark.parametrize(
    ("language", "status", "kind"),
    [
        ("es", "En proceso", "Equipo"),
        ("pt-br", "Em processo", "Equipamento"),
        ("en", "In process", "Equipment"),
    ],
)
def test_constants_are_named_in_the_language_of_the_page(
    plant: SmallPlant, language: str, status: str, kind: str
) -> None:
    """Names as Fracttal One has them. A person's own text stays, even if it looks like a constant."""
    pump = plant.item("PUMP")
    Item.objects.filter(pk=pump.pk).update(field_1="equipment")
    plant.task(plant.order(WorkOrderStatus.IN_PROCESS), pump)
    client = somebody(plant)
    User.objects.update(language=language)
    orders = text_of(client.get("/reports/list_work_orders/"))
    assert status in orders
    assert "<bdi>in_process</bdi>" not in orders
    assets = text_of(client.get("/reports/list_assets/?active=true"))
    assert f"<bdi>{kind}</bdi>" in assets
    assert assets.count("<bdi>equipment</bdi>") == 1


def test_filters_are_applied(plant: SmallPlant) -> None:
    for code, active in (("ON-1", True), ("OFF-1", False)):
        plant.item(code)
        Item.objects.filter(company=plant.company, code=code).update(active=active)
    page = text_of(somebody(plant).get("/reports/list_assets/?active=false"))
    assert "OFF-1" in page
    assert "ON-1" not in page.replace("OFF-1", "")


def test_a_metric_is_computed_again_and_its_answer_links_to_the_page(plant: SmallPlant) -> None:
    pump = plant.item("PUMP")
    for _ in range(3):
        plant.task(plant.order(WorkOrderStatus.FINISHED), pump)
    client = somebody(plant)
    page = client.get("/reports/get_maintenance_metrics/?metric=summary")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM maintenance_workordertask WHERE company_id = %s", [plant.company.pk]
        )
        (tasks,) = cursor.fetchone()
    assert tasks == 3
    assert "Summary" in text_of(page)
    assert page.context["answer"]["overall"]["completed_tasks"] == tasks
    link = urlsplit(page.context["answer"]["report_url"])
    again = client.get(f"{link.path}?{link.query}")
    assert again.context["answer"]["overall"] == page.context["answer"]["overall"]


def test_only_with_the_right_of_the_tool_and_only_tools_that_read(plant: SmallPlant) -> None:
    client = somebody(plant, "work_orders:view")
    for path, status in (
        ("list_assets", 403), ("create_work_order", 404), ("whoami", 404), ("search", 404), ("nothing", 404),
        ("list_work_orders", 200),
    ):  # fmt: skip
        assert client.get(f"/reports/{path}/").status_code == status, path
    assert post(client, "/reports/list_assets/download/").status_code == 403
    assert client.get("/reports/list_work_orders/download/").status_code == 405


def test_nobody_sees_the_records_of_another_company(plant: SmallPlant) -> None:
    plant.item("SECRET-PUMP")
    other = SmallPlant(timezone.now(), "UTC")
    assert "SECRET-PUMP" not in text_of(somebody(other).get("/reports/list_assets/"))
    answer = post(somebody(other), "/reports/list_assets/download/", {"format": "csv"})
    assert b"SECRET-PUMP" not in body_of(answer)


@pytest.mark.parametrize(
    "query", ["metric=no_such", "since=yesterday-ish", "scope=asset", "unknown=1", "limit=0&active=perhaps"]
)
def test_wrong_arguments_are_said_on_the_page(plant: SmallPlant, query: str) -> None:
    tool = "list_assets" if "active" in query else "get_maintenance_metrics"
    page = somebody(plant).get(f"/reports/{tool}/?{query}")
    assert page.status_code == 400
    assert 'role="status"' in page.content.decode()
    moved = post(somebody(plant), f"/reports/{tool}/download/?{query}")
    assert moved.status_code == 302


def test_a_download_is_recorded(plant: SmallPlant) -> None:
    plant.item("PUMP")
    post(somebody(plant), "/reports/list_assets/download/?active=true", {"format": "csv"})
    event = Event.objects.get(company_id=plant.company.pk, kind=Kind.REPORT_EXPORTED)
    assert (event.subject_id, event.facts) == ("list_assets", {"format": "csv", "filters": "active=true"})


def test_every_column_title_and_metric_has_a_name() -> None:
    from typing import get_args

    from mcp_gateway.tools.catalogue import CATALOGUE
    from mcp_gateway.tools.metrics.metric import Group, GroupBy, Metric, MetricRow

    lists = {name for name in CATALOGUE.tools if name.startswith("list_")}
    assert lists <= set(LISTS)
    assert set(get_args(Metric)) <= set(METRICS)
    columns = {
        part
        for name in lists
        if (output := CATALOGUE.tools[name].output) is not None
        for records in output.model_fields
        for column in columns_of(output, {records: [{"": 0}]})
        for part in column.split(".")
    }
    columns |= set(get_args(GroupBy)) - {"none"}
    columns |= set(Group.model_fields) | set(MetricRow.model_fields)
    assert columns - set(LABELS) == set()


def test_what_was_asked_is_said_in_the_language_of_the_reader(plant: SmallPlant) -> None:
    group = PermissionGroupFactory(company=plant.company, rights=EVERYTHING)
    member = MembershipFactory(user=UserFactory(language="es"), permission_group=group)
    page = text_of(
        browser(member.user).get("/reports/get_maintenance_metrics/?metric=backlog&group_by=asset")
    )
    assert "<dt>Agrupado por</dt><dd><bdi>Activo</bdi></dd>" in page
    assert "<bdi>Trabajo acumulado</bdi>" in page
    assert '<p class="muted">Horas estimadas de las tareas sin hacer' in page


def test_constants_and_records_within_records_are_said_in_words(plant: SmallPlant) -> None:
    order = plant.order(WorkOrderStatus.IN_PROCESS)
    plant.to_do(order, plant.item("PUMP"), description="Grease the bearing", duration=3600)
    group = PermissionGroupFactory(company=plant.company, rights=EVERYTHING)
    member = MembershipFactory(user=UserFactory(language="pt-br"), permission_group=group)
    client = browser(member.user)
    page = text_of(client.get("/reports/list_work_orders/?status=in_process"))
    assert "<dd><bdi>Em processo</bdi></dd>" in page, "the filter"
    assert '<td data-label="Status"><bdi>Em processo</bdi></td>' in page
    assert '<td data-label="Tarefas"><bdi>Grease the bearing</bdi></td>' in page
    assert ">Abrir</a>" in page
    file = body_of(post(client, "/reports/list_work_orders/download/?status=in_process", {"format": "csv"}))
    assert b"in_process" in file, "files are for programs too"

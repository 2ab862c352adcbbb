"""What may be changed in a work order: its note, its status, its tasks."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, PermissionGroup, User
from maintenance.models import Item, Personnel, WorkOrder, WorkOrderStatus, WorkOrderTask
from maintenance.tokens import mint_user_token
from tests.maintenance.callers import Api, refused, refused_field

TECHNICIAN, ADMIN, PLANNER = "TEC-01", "ADM-01", "PLA-01"
# Active but without an account, and a code that does not exist.
NOBODIES = ("TEC-02", "NOPE")


def an_order(status: int = WorkOrderStatus.IN_PROCESS, responsible: str = TECHNICIAN) -> WorkOrder:
    order = WorkOrder.objects.filter(
        company__slug="demo", status=status, responsible__code=responsible
    ).first()
    assert order is not None
    return order


def not_mine() -> WorkOrder:
    orders = WorkOrder.objects.filter(company__slug="demo", status=WorkOrderStatus.IN_PROCESS)
    order = orders.exclude(responsible__code=TECHNICIAN).first()
    assert order is not None
    return order


def theirs() -> WorkOrder:
    order = WorkOrder.objects.filter(company__slug="other", status=WorkOrderStatus.IN_PROCESS).first()
    assert order is not None
    return order


class Change:
    """A path and a valid body, for an order and a person."""

    def __init__(self, name: str) -> None:
        self.name = name

    def path(self, order: WorkOrder) -> str:
        return {
            "note": f"work_orders/{order.folio}",
            "status": f"work_order_change_status/{order.folio}",
            "task": "work_orders_tasks",
        }[self.name].replace(" ", "%20")

    @property
    def code_field(self) -> str:
        return {"note": "account_code", "status": "user_code", "task": "code_account"}[self.name]

    def body(self, order: WorkOrder, code: str) -> dict[str, Any]:
        body: dict[str, Any] = {self.code_field: code}
        if self.name == "note":
            body["note"] = "Changed"
        elif self.name == "status":
            body["id_status_work_order"] = 2
        else:
            task = order.tasks.order_by("pk").first()
            assert task is not None
            now = timezone.now()
            body |= {
                "id_work_order_task": task.pk,
                "initial_date": (now - datetime.timedelta(hours=3)).isoformat(),
                "final_date": (now - datetime.timedelta(hours=1)).isoformat(),
            }
        return body

    def put(self, api: Api, order: WorkOrder, code: str = TECHNICIAN) -> Any:
        return api.put(self.path(order), self.body(order, code))


@pytest.fixture(params=["note", "status", "task"])
def change(request: pytest.FixtureRequest) -> Change:
    return Change(request.param)


def state(order: WorkOrder) -> list[tuple[Any, ...]]:
    """Return the state of an order in the database."""
    rows = WorkOrderTask.objects.filter(work_order_id=order.pk).order_by("pk")
    columns = (
        "work_order__note",
        "work_order__status",
        "status",
        "initial_date",
        "final_date",
        "real_duration",
    )
    return [*rows.values_list(*columns, "failure_type", "failure_severity", "out_of_service")]


def test_whoever_answers_for_an_order_changes_it(technician: Api, change: Change) -> None:
    assert change.put(technician, an_order()).status_code == 200


def test_a_technician_changes_no_order_of_another(technician: Api, change: Change) -> None:
    order = not_mine()
    before = state(order)
    refused(change.put(technician, order), 404)
    assert state(order) == before


def test_nobody_changes_an_order_of_another_company(admin: Api, change: Change) -> None:
    order = theirs()
    before = state(order)
    refused(change.put(admin, order, ADMIN), 404)
    assert state(order) == before


@pytest.mark.parametrize("status", [WorkOrderStatus.FINISHED, WorkOrderStatus.CANCELLED])
def test_an_order_that_is_over_is_not_changed(technician: Api, change: Change, status: int) -> None:
    order = an_order(status)
    before = state(order)
    assert "neither" in refused(change.put(technician, order), 400)["data"][0]["ERROR"]
    assert state(order) == before


@pytest.mark.parametrize("code", [*NOBODIES, ADMIN, "", None, 7])
def test_a_person_writes_as_that_person_only(technician: Api, change: Change, code: Any) -> None:
    order = an_order()
    before = state(order)
    assert refused_field(change.put(technician, order, code)) == change.code_field
    assert state(order) == before


def test_a_program_of_the_company_names_any_active_person_with_an_account(
    plant: object, db: None, change: Change
) -> None:
    group = PermissionGroup.objects.get(company__slug="demo", name="Administradores")
    program = Api(mint_user_token(company_id=group.company_id, user_id=None, group_id=group.pk))
    order = an_order()
    for code in NOBODIES:
        assert refused_field(change.put(program, order, code)) == change.code_field
    User.objects.filter(email="planner@demo.example").update(is_active=False)
    assert refused_field(change.put(program, order, PLANNER)) == change.code_field
    Membership.objects.filter(user__email="admin@demo.example").update(active=False)
    assert refused_field(change.put(program, order, ADMIN)) == change.code_field
    assert change.put(program, order, TECHNICIAN).status_code == 200
    Personnel.objects.filter(company=group.company, code=TECHNICIAN).update(active=False)
    assert refused_field(change.put(program, order, TECHNICIAN)) == change.code_field


def test_what_is_missing_is_named(admin: Api, change: Change) -> None:
    order = an_order()
    before = state(order)
    for field in change.body(order, ADMIN):
        body = change.body(order, ADMIN)
        del body[field]
        assert refused_field(admin.put(change.path(order), body)) == field
    assert state(order) == before


class TestNote:
    def test_answers_as_the_contract_says(self, technician: Api) -> None:
        order = an_order()
        data = technician.put(
            f"work_orders/{order.folio}", {"note": "Falta repuesto", "account_code": TECHNICIAN}
        ).json()["data"]
        assert set(data) == {"wo_folio", "personnel_description", "created_by", "note", "tasks_duration"}
        assert data["note"] == "Falta repuesto"
        assert technician.rows(f"work_orders/{order.folio}")[0]["note"] == "Falta repuesto"

    def test_takes_the_folio_in_the_query_too(self, technician: Api) -> None:
        body = {"note": "x", "account_code": TECHNICIAN}
        assert technician.put(f"work_orders?folio={an_order().folio}", body).status_code == 200
        assert refused_field(technician.put("work_orders", body)) == "folio"

    def test_in_review_too(self, technician: Api) -> None:
        order = an_order(WorkOrderStatus.REVIEW)
        assert Change("note").put(technician, order).status_code == 200


class TestStatus:
    def test_to_review_and_back_without_an_envelope(self, technician: Api) -> None:
        order = an_order()
        path = f"work_order_change_status/{order.folio}"
        response = technician.put(path, {"id_status_work_order": 2, "user_code": TECHNICIAN})
        assert response.json() == {"wo_folio": order.folio, "id_status_work_order": 2}
        row = technician.rows(f"work_orders/{order.folio}")[0]
        assert row["id_status_work_order"] == 2
        assert row["review_date"] is not None
        technician.put(path, {"id_status_work_order": 1, "user_code": TECHNICIAN})
        row = technician.rows(f"work_orders/{order.folio}")[0]
        assert (row["id_status_work_order"], row["review_date"]) == (1, None)

    @pytest.mark.parametrize("status", [0, 3, 4, -1, "three", True, None, 1.5])
    def test_no_other_status_can_be_set(self, technician: Api, status: Any) -> None:
        order = an_order()
        before = state(order)
        response = technician.put(
            f"work_order_change_status/{order.folio}",
            {"id_status_work_order": status, "user_code": TECHNICIAN},
        )
        assert refused_field(response) == "id_status_work_order"
        assert state(order) == before


class TestTask:
    def body(self, task: WorkOrderTask, **more: Any) -> dict[str, Any]:
        now = timezone.now()
        return {
            "id_work_order_task": task.pk,
            "initial_date": (now - datetime.timedelta(hours=3)).isoformat(),
            "final_date": (now - datetime.timedelta(hours=1)).isoformat(),
            "code_account": TECHNICIAN,
            **more,
        }

    @pytest.fixture
    def task(self, technician: Api) -> WorkOrderTask:
        task = WorkOrderTask.objects.filter(
            company__slug="demo", work_order=an_order(), out_of_service=None
        ).first()
        assert task is not None
        return task

    def row(self, api: Api, task: WorkOrderTask) -> dict[str, Any]:
        (row,) = api.rows("work_orders", id_work_order_task=task.pk)
        return row

    def test_starts_a_task(self, technician: Api, task: WorkOrderTask) -> None:
        data = technician.put("work_orders_tasks/", self.body(task)).json()["data"]
        assert set(data) == {
            "id", "id_work_order", "id_item_log", "done", "last_date_maintenance", "cal_date_maintenance",
        }  # fmt: skip
        assert data["done"] is False
        row = self.row(technician, task)
        assert row["task_status"] == "IN_PROGRESS"
        assert row["real_duration"] == 7200
        assert row["id_status_work_order"] == 1

    def test_finishes_a_task_and_leaves_the_order_open(self, technician: Api, task: WorkOrderTask) -> None:
        body = self.body(task, is_done="true", real_duration=3600)
        assert technician.put("work_orders_tasks", body).json()["data"]["done"] is True
        row = self.row(technician, task)
        assert (row["done"], row["real_duration"], row["id_status_work_order"]) == (True, 3600, 1)
        done = task.work_order.tasks.filter(status=3).count()
        assert row["completed_percentage"] == 100 * done // task.work_order.tasks.count()

    def test_says_what_failed(self, technician: Api, task: WorkOrderTask) -> None:
        body = self.body(
            task,
            is_done=True,
            asset_failure=True,
            failure_type="Mecánica",
            failure_cause="Desgaste normal",
            failure_detection_method="Operador",
            id_failure_severity=4,
            id_damage_type=2,
        )
        assert technician.put("work_orders_tasks", body).status_code == 200
        row = self.row(technician, task)
        assert row["types_description"] == "Mecánica"
        assert row["causes_description"] == "Desgaste normal"
        assert row["detection_method_description"] == "Operador"
        assert row["severiry_description"] == "HIGH"
        assert row["damages_types_description"] == "ENVIRONMENT"

    def test_failure_words_must_be_in_the_catalogue(self, technician: Api, task: WorkOrderTask) -> None:
        before = state(task.work_order)
        for field in ("failure_type", "failure_cause", "failure_detection_method"):
            body = self.body(task, asset_failure=True, **{field: "Magic"})
            assert refused_field(technician.put("work_orders_tasks", body)) == field
        assert state(task.work_order) == before

    def test_takes_an_asset_out_of_service_and_back(self, technician: Api, task: WorkOrderTask) -> None:
        start = (timezone.now() - datetime.timedelta(hours=4)).isoformat()
        stopped = self.body(task, asset_out_of_service=True, date_asset_out_of_service=start)
        assert technician.put("work_orders_tasks", stopped).status_code == 200
        assert Item.objects.get(pk=task.item_id).available is False
        row = self.row(technician, task)
        (stop,) = technician.rows("items_availability", code=row["code"], limit=1)
        assert (stop["id"], stop["final_date"]) == (row["id_items_availability"], None)
        assert technician.put("work_orders_tasks", {**stopped, "is_done": True}).status_code == 200
        assert Item.objects.get(pk=task.item_id).available is True
        again = self.row(technician, task)
        assert again["id_items_availability"] == row["id_items_availability"]
        assert again["out_of_service_sec"] in (3 * 3600 - 1, 3 * 3600)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("final_date", "2020-01-01"),
            ("final_date", "2999-01-01"),
            ("initial_date", "soon"),
            ("real_duration", -1),
            ("real_duration", 10**12),
            ("is_done", "yes"),
            ("id_failure_severity", 6),
            ("id_damage_type", 0),
            ("asset_failure", 1),
            ("id_work_order_task", 0),
            ("id_work_order_task", "1; DROP TABLE"),
        ],
    )
    def test_a_field_that_cannot_be_used(
        self, technician: Api, task: WorkOrderTask, field: str, value: Any
    ) -> None:
        before = state(task.work_order)
        response = technician.put("work_orders_tasks", self.body(task, **{field: value}))
        assert refused_field(response) == field
        assert state(task.work_order) == before

    def test_the_begin_of_a_stop_must_be_said_and_make_sense(
        self, technician: Api, task: WorkOrderTask
    ) -> None:
        for date in (None, timezone.now().isoformat(), "2999-01-01"):
            body = self.body(task, asset_out_of_service=True, date_asset_out_of_service=date)
            assert refused_field(technician.put("work_orders_tasks", body)) == "date_asset_out_of_service"

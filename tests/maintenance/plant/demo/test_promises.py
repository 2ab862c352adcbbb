"""What the demo plant promises."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import pytest
from django.db.models import Count, F, Model, Q
from django.utils import timezone

from accounts.models import Company, Membership, User
from maintenance import models
from maintenance.demo.companies import PASSWORD
from tests.maintenance.seeded import SEEDED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plant", "db")]


def of(model: type[Model], slug: str = "demo") -> Any:
    return model._default_manager.filter(company__slug=slug)


def test_two_companies() -> None:
    demo, other = Company.objects.get(slug="demo"), Company.objects.get(slug="other")
    assert (demo.name, demo.language, demo.time_zone) == ("Planta Demo", "es", "America/Bogota")
    assert other.language == "pt-br"
    assert (demo.currency, other.currency) == ("USD", "USD")
    assert of(models.Item, "other").count() >= 40
    assert of(models.WorkOrderTask, "other").count() >= 150


def test_sizes() -> None:
    assert of(models.Item).count() >= 300
    assert of(models.WorkOrderTask).count() >= 3000
    assert of(models.Personnel).count() >= 25
    assert of(models.Meter).count() >= 30
    assert of(models.MeterReading).count() >= 1000


def test_two_years_up_to_today_and_no_further() -> None:
    now = timezone.now()
    orders = of(models.WorkOrder)
    created = [*orders.order_by("creation_date").values_list("creation_date", flat=True)]
    assert now - datetime.timedelta(days=745) < created[0] < now - datetime.timedelta(days=700)
    assert now - datetime.timedelta(days=3) < created[-1] <= now
    months = {(date.year, date.month) for date in created}
    assert len(months) >= 24
    for model, fields in (
        (models.WorkOrder, ("creation_date", "review_date", "final_date")),
        (models.WorkOrderTask, ("initial_date", "final_date", "event_date", "first_date_task")),
        (models.OutOfService, ("creation_date", "initial_date", "final_date")),
        (models.WorkRequest, ("date", "date_incident", "date_solution", "status_date")),
        (models.RequestStatusChange, ("date",)),
        (models.MeterReading, ("date", "date_reading")),
        (models.Personnel, ("creation_date",)),
    ):
        for field in fields:
            assert not model._default_manager.filter(**{f"{field}__gt": now}).exists(), (model, field)


def test_dates_follow_each_other() -> None:
    tasks = models.WorkOrderTask.objects
    assert not tasks.filter(final_date__lt=F("initial_date")).exists()
    assert not tasks.filter(work_order__final_date__lt=F("final_date"), status=3).exists()
    assert not models.OutOfService.objects.filter(final_date__lt=F("initial_date")).exists()
    assert not models.WorkRequest.objects.filter(date_incident__gt=F("date")).exists()
    assert not models.WorkRequest.objects.filter(date_solution__lt=F("date")).exists()
    assert not models.MeterReading.objects.filter(date__lt=F("date_reading")).exists()


def test_statuses_are_true() -> None:
    tasks = models.WorkOrderTask.objects
    closed = models.WorkOrder.objects.filter(status=3)
    assert not closed.filter(final_date=None).exists()
    assert not tasks.filter(work_order__in=closed).exclude(status=3).exists()
    assert not tasks.filter(status=3).filter(Q(initial_date=None) | Q(final_date=None)).exists()
    assert not tasks.exclude(status=3).exclude(final_date=None).exists()
    assert not models.WorkOrder.objects.filter(status__in=(1, 2)).exclude(final_date=None).exists()
    by_status = Counter(of(models.WorkOrder).values_list("status", flat=True))
    assert all(by_status[status] >= 10 for status in (1, 2, 3, 4))


def test_planned_and_failed_work_with_costs_and_stops() -> None:
    tasks = of(models.WorkOrderTask)
    triggers = Counter(text.split("$")[0] for text in tasks.values_list("trigger", flat=True))
    assert triggers["DATE"] > 1500
    assert triggers["READING"] > 100
    assert triggers["EVENT"] > 20
    failures = tasks.exclude(failure_type=None)
    assert failures.count() > 600
    assert not failures.filter(Q(failure_cause=None) | Q(failure_detection=None)).exists()
    assert not failures.filter(Q(failure_severity=None) | Q(damage_type=None) | Q(event_date=None)).exists()
    stopped = failures.exclude(out_of_service=None)
    assert stopped.count() > 350
    assert not stopped.exclude(item=F("out_of_service__item")).exists()
    assert not tasks.filter(status=3, labour_cost=0).exists()
    assert tasks.filter(inventory_cost__gt=0).count() > 700
    assert tasks.filter(services_cost__gt=0).count() > 80


def test_what_stands_still_now_says_so() -> None:
    open_stops = set(of(models.OutOfService).filter(final_date=None).values_list("item_id", flat=True))
    assert open_stops
    assert set(of(models.Item).filter(available=False).values_list("id", flat=True)) == open_stops


def test_requests_in_all_13_states_with_their_history() -> None:
    by_state = Counter(of(models.WorkRequest).values_list("status", flat=True))
    assert set(by_state) == set(range(1, 14))
    for request in of(models.WorkRequest).prefetch_related("status_changes"):
        changes = sorted(request.status_changes.all(), key=lambda change: (change.date, change.pk))
        assert changes[-1].status == request.status
        assert changes[0].status in (1, 13)


def test_one_asset_has_two_meters() -> None:
    fitted = of(models.Item).annotate(fitted=Count("meters")).filter(fitted__gt=1)
    assert [item.code for item in fitted] == ["CMP-01"]
    kinds = set(of(models.Meter).values_list("is_counter", flat=True))
    assert kinds == {True, False}


def test_counters_only_count_up() -> None:
    for meter in of(models.Meter).filter(is_counter=True):
        values = list(meter.readings.order_by("date_reading").values_list("value", flat=True))
        assert values == sorted(values)
        assert meter.last_value == values[-1]


def test_codes_of_every_sort() -> None:
    codes = list(of(models.Item).values_list("code", flat=True))
    assert any(" " in code for code in codes)
    assert any("/" in code for code in codes)
    assert any(not code.isascii() for code in codes)
    assert {"CALDERA 02", "P-101", "GENSET 2", "ASC-04", "LÍNEA 3"} <= set(codes)


def test_the_tree_holds_together() -> None:
    for item in models.Item.objects.select_related("parent"):
        if item.parent is None:
            assert (item.ancestors, item.parent_description) == ("/", "// ")
        else:
            assert item.ancestors == item.parent.subtree
            assert item.parent_description == item.parent.subtree_description
            assert item.company_id == item.parent.company_id


def test_no_row_links_into_another_company() -> None:
    for model in SEEDED:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if field.is_relation and target in SEEDED and hasattr(model, "company"):
                strays = model._default_manager.exclude(**{field.name: None}).exclude(
                    **{f"{field.name}__company": F("company")}
                )
                assert not strays.exists(), (model, field.name)


def test_accounts_and_groups() -> None:
    for email, group in (
        ("admin@demo.example", "Administradores"),
        ("planner@demo.example", "Planificadores"),
        ("technician@demo.example", "Técnicos"),
        ("admin@other.example", "Administradores"),
    ):
        user = User.objects.get(email=email)
        assert user.check_password(PASSWORD)
        membership = Membership.objects.get(user=user)
        assert membership.permission_group.name == group
        person = models.Personnel.objects.get(account_email=email)
        assert person.company_id == membership.company_id
        assert person.full_name == user.name
        assert person.code


def test_texts_in_three_languages() -> None:
    texts = " ".join(of(models.WorkOrderTask).values_list("description", flat=True))
    for words in ("Fuga por sello mecánico", "Vazamento de óleo no cilindro", "Genset failed to start"):
        assert words in texts

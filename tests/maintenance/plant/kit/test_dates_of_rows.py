"""Dates in rows are formatted by the database, and as docs/reference/fracttal-api.md says."""

from __future__ import annotations

import datetime as dt

import pytest

from maintenance.models import WorkRequest
from tests.maintenance.callers import Api

BOGOTA = dt.timezone(dt.timedelta(hours=-5))


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (dt.datetime(2026, 9, 17, 14, 0, 34, 404671, dt.UTC), "2026-09-17T14:00:34.404671+00:00"),
        (dt.datetime(2026, 9, 17, 14, 0, 34, 0, dt.UTC), "2026-09-17T14:00:34.000000+00:00"),
        (dt.datetime(2026, 9, 17, 14, 0, 34, 1, dt.UTC), "2026-09-17T14:00:34.000001+00:00"),
        (dt.datetime(2026, 9, 17, 14, 0, 34, 500000, dt.UTC), "2026-09-17T14:00:34.500000+00:00"),
        (dt.datetime(2026, 12, 31, 19, 0, 0, 0, BOGOTA), "2027-01-01T00:00:00.000000+00:00"),
        (dt.datetime(2024, 2, 29, 23, 59, 59, 999999, dt.UTC), "2024-02-29T23:59:59.999999+00:00"),
        (None, None),
    ],
)
def test_a_date_is_utc_with_six_digits(admin: Api, moment: dt.datetime | None, written: str | None) -> None:
    request = WorkRequest.objects.filter(company__slug="demo").order_by("pk")[0]
    WorkRequest.objects.filter(pk=request.pk).update(date_solution=moment)
    (row,) = admin.get("work_requests", code=str(request.pk)).json()["data"]
    assert row["date_solution"] == written

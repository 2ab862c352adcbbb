"""Which pages and arguments name one record."""

from __future__ import annotations

import pytest
from django.conf import settings

from audit.recording import Subject
from mcp_gateway.calls import touched_record

PAGES = f"{settings.PUBLIC_URL}/records/"


@pytest.mark.parametrize(
    ("page", "subject"),
    [
        (f"{PAGES}assets/A%2FB%20%C3%91", Subject("assets", "A/B Ñ")),
        (f"{PAGES}assets/", None),
        (f"{PAGES}assets/{'x' * 101}", None),
        ("https://elsewhere.example/records/assets/A", None),
        (None, None),
        (["a"], None),
    ],
)
def test_a_page_of_ours_names_its_record(page: object, subject: Subject | None) -> None:
    assert touched_record.of_answer({"url": page}) == subject


@pytest.mark.parametrize(
    "value",
    [
        "", "x1" * 51, "two\nlines 2", True, None, ["A"], {"code": "A"},
        "the pump beside line 2", "Marta", "marta2@example.com",
    ],
)  # fmt: skip
def test_what_is_no_code_is_not_kept(value: object) -> None:
    assert touched_record.of_arguments({"folio": value}) is None


@pytest.mark.parametrize("value", ["OT-0042", "A/B.1_Ñ", "#17", 42])
def test_a_code_is_kept(value: object) -> None:
    assert touched_record.of_arguments({"folio": value}) == Subject("work-orders", str(value))

"""Dates in the usual form of each language, and in none that can be misread."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format

AFTERNOON = datetime.datetime(2026, 11, 3, 15, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("language", "long", "short", "with_time"),
    [
        ("en", "3 November 2026", "3 Nov 2026", "3 November 2026, 15:30"),
        ("es", "3 de noviembre de 2026", "03/11/2026", "3 de noviembre de 2026 a las 15:30"),
        ("pt-br", "3 de nov. de 2026", "03/11/2026", "3 de nov. de 2026 às 15:30"),
    ],
)
def test_dates(language: str, long: str, short: str, with_time: str) -> None:
    with translation.override(language):
        assert date_format(AFTERNOON, "DATE_FORMAT") == long
        assert date_format(AFTERNOON, "SHORT_DATE_FORMAT") == short
        assert date_format(AFTERNOON, "DATETIME_FORMAT") == with_time

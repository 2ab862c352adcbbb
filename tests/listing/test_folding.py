"""Search without accents and capitals, alike on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Company
from listing.folding import Folded, fold, having, words_of
from tests.factories import CompanyFactory

NAMES = [
    "Ñandú S.A.",
    "NANDU",
    "São Tomé",
    "Müller & Söhne",
    "Gómez — Bogotá",
    "100 % Agua",
    "a_b",
    "東京",
    "E\u0301xito",
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("nandu", {"Ñandú S.A.", "NANDU"}),
        ("ÑANDÚ", {"Ñandú S.A.", "NANDU"}),
        ("nan\u0303du", {"Ñandú S.A.", "NANDU"}),
        ("sao tome", {"São Tomé"}),
        ("tomé são", {"São Tomé"}),
        ("muller", {"Müller & Söhne"}),
        ("bogota gomez", {"Gómez — Bogotá"}),
        ("%", {"100 % Agua"}),
        ("_", {"a_b"}),
        ("京", {"東京"}),
        ("exito", {"E\u0301xito"}),
        ("éxito", {"E\u0301xito"}),
        ("\\", set()),
        ("' OR 1=1 --", set()),
        ("", set(NAMES)),
        ("\u0301", set(NAMES)),
    ],
)
def test_what_a_search_finds(typed: str, found: set[str]) -> None:
    for name in NAMES:
        CompanyFactory(name=name)
    names = Company.objects.filter(*having(words_of(typed), "name")).values_list("name", flat=True)
    assert set(names) == found


@pytest.mark.django_db
def test_each_word_may_be_in_another_column() -> None:
    CompanyFactory(name="Ñandú", slug="norte")
    CompanyFactory(name="Norte", slug="sur")
    found = Company.objects.filter(*having("nandu NORTE", "name", "slug"))
    assert [company.name for company in found] == ["Ñandú"]


@pytest.mark.django_db
def test_the_database_folds_as_python_does() -> None:
    """Every letter of Latin-1 and of Latin Extended-A, and what Unicode composes from them."""
    letters = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1E00, 0x1F00))]
    for number in range(0, len(letters), 100):
        CompanyFactory(name="".join(letters[number : number + 100]))
    for name, folded in Company.objects.annotate(folded=Folded("name")).values_list("name", "folded"):
        assert folded == fold(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_company")
        assert cursor.fetchone() == (-(-len(letters) // 100),)


def test_what_cannot_be_searched_is_left_out() -> None:
    assert words_of("  a\x00b\n c\u202e ") == "ab c"
    assert len(words_of("x" * 5000)) == 200
    assert len(having("a " * 50, "name")) == 8
    assert fold(None) is None

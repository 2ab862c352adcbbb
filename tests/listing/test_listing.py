"""Pages, order and addresses of a list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict

from accounts.models import Company
from listing.folding import Folded
from listing.listing import PAGE_SIZE, Listing, Sort, fingerprint
from tests.factories import CompanyFactory

SORTS = {
    "name": Sort("Name", Folded("name")),
    "currency": Sort("Currency", "currency"),
    "made": Sort("Made", "created_at", newest_first=True),
}


def listing(query: str = "") -> Listing:
    return Listing(
        QueryDict(query), "/companies/", sorts=SORTS, filters={"currency": ("COP", "USD"), "group": None}
    )


@pytest.mark.django_db
def test_every_row_is_on_exactly_one_page_in_the_order_of_the_database() -> None:
    for number in range(2 * PAGE_SIZE + 7):
        CompanyFactory(name=f"Same {number % 3}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_company ORDER BY name, id")
        expected = [row[0] for row in cursor.fetchall()]
    for query, wanted in (("", expected), ("sort=-name", expected[::-1])):
        seen: list[int] = []
        for page in (1, 2, 3):
            shown = listing(f"{query}&page={page}").shown(Company.objects.all(), Company.objects.all())
            assert (shown.page, shown.pages, shown.total) == (page, 3, 2 * PAGE_SIZE + 7)
            assert shown.first == len(seen) + 1
            seen += [row.pk for row in shown.rows]
            assert shown.last == len(seen)
        assert seen == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "number"),
    [("0", 1), ("-1", 1), ("x", 1), ("", 1), ("9" * 18, 2), ("9" * 40, 1), ("٢", 1), ("2", 2)],
)
def test_pages_that_there_are_not(page: str, number: int) -> None:
    for _ in range(PAGE_SIZE + 1):
        CompanyFactory()
    shown = Listing(QueryDict(mutable=True), "/", sorts=SORTS).shown(
        Company.objects.all(), Company.objects.all()
    )
    assert shown.page == 1
    shown = listing(f"page={page}").shown(Company.objects.all(), Company.objects.all())
    assert shown.page == number
    assert len(shown.rows) == (PAGE_SIZE if number == 1 else 1)


@pytest.mark.django_db
def test_an_empty_list() -> None:
    shown = listing("page=4").shown(Company.objects.none(), Company.objects.none())
    assert (shown.rows, shown.total, shown.page, shown.pages, shown.first, shown.last) == ([], 0, 1, 1, 0, 0)


@pytest.mark.django_db
def test_rows_without_a_value_come_last_and_first_when_turned() -> None:
    import datetime as dt

    from django.utils import timezone

    from accounts.models import User
    from tests.factories import UserFactory

    never = UserFactory(last_login=None)
    old = UserFactory(last_login=timezone.now() - dt.timedelta(days=9))
    new = UserFactory(last_login=timezone.now())
    sorts = {"seen": Sort("Seen", "last_login", newest_first=True)}
    for query, expected in (("", [new, old, never]), ("sort=seen", [never, old, new])):
        shown = Listing(QueryDict(query), "/", sorts=sorts).shown(User.objects.all(), User.objects.all())
        assert shown.rows == expected


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", "/companies/"),
        (
            "q=%C3%B1&currency=COP&group=12&sort=made&page=3",
            "/companies/?q=%C3%B1&currency=COP&group=12&sort=made&page=3",
        ),
        ("currency=EUR&group=x&sort=secret&page=-1&other=1", "/companies/"),
        ("sort=-made", "/companies/?sort=-made"),
        ("sort=name", "/companies/"),
        ("sort=--name", "/companies/"),
        ("group=1%00", "/companies/"),
    ],
)
def test_addresses_say_what_was_understood(query: str, address: str) -> None:
    assert listing(query).here == address


def test_other_pages_and_orders_keep_the_rest() -> None:
    asked = listing("q=x&currency=COP&page=3")
    assert asked.url(page="4") == "/companies/?q=x&currency=COP&page=4"
    assert asked.url(sort="made", page="1") == "/companies/?q=x&currency=COP&sort=made"
    assert asked.next == "next=%2Fcompanies%2F%3Fq%3Dx%26currency%3DCOP%26page%3D3"
    assert asked.hidden == [("q", "x"), ("currency", "COP")]
    assert asked.is_filtered
    assert not listing("sort=made").is_filtered


def test_a_fingerprint_names_a_set() -> None:
    assert fingerprint([3, 1, 2]) == fingerprint([1, 2, 3])
    assert len({fingerprint(keys) for keys in ([], [1], [1, 2], [12], [1, 2, 3])}) == 5

"""Codes, numbers and parts of names: a single match is taken, several are listed, none is reported."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Literal

import pytest
from django.utils import timezone

from maintenance.models import Item, Personnel, RequestStatus, WorkOrder, WorkRequest
from mcp_gateway.tools.work.title_meaning import alike
from tests.gateway.tools.conftest import Person, PersonMaker

DEMO = {"company__slug": "demo"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("CMP-02", "CMP-02"),
        ("cmp-02", "CMP-02"),
        ("Compresor de tornillo 2", "CMP-02"),
        ("COMPRESOR DE TORNILLO 2", "CMP-02"),
        ("paletizador linea 3", "L3-PAL-01"),
        ("caldera 02", "CALDERA 02"),
        ("bomba de pozo P-101/A", "P-101/A"),
    ],
)
def test_an_asset_by_code_or_name(admin: Person, words: str, code: str) -> None:
    assert admin.ask("get_asset", code=words)["code"] == code


def test_several_are_shown_and_none_is_taken(admin: Person) -> None:
    refused = admin.refused("get_asset", code="compresor de tornillo")
    assert refused["code"] == "ambiguous"
    assert [row["code"] for row in refused["candidates"]][:4] == ["CMP-01", "CMP-02", "CMP-03", "CMP-04"]
    assert all(row["name"] and row["in"] for row in refused["candidates"])


def test_none_is_said_with_a_way_on(admin: Person) -> None:
    refused = admin.refused("list_work_orders", asset="unicornio azul")
    assert refused["code"] == "not_found"
    assert "list_assets" in refused["message"]


@pytest.mark.parametrize(
    ("words", "code"),
    [("compressor de tornillo 3", "CMP-03"), ("kompresor 2", "CMP-02"), ("bonba de jarabe p-201", "P-201")],
)
def test_a_slip_of_the_keys_is_answered_with_what_may_be_meant(admin: Person, words: str, code: str) -> None:
    refused = admin.refused("get_asset", code=words)
    assert refused["code"] == "not_found"  # offered, but not taken
    assert code in [row["code"] for row in refused["candidates"]]
    assert len(refused["candidates"]) <= 5
    assert all(row["name"] for row in refused["candidates"])


def test_a_person_with_a_slip_in_the_name(admin: Person) -> None:
    work = {
        "source": "unplanned",
        "asset": "CMP-03",
        "title": "Fuga",
        "task_type": "Correctiva",
        "minutes": 9,
    }
    refused = admin.refused("create_work_order", **work, responsible="Joao Fereira")
    assert refused["code"] == "not_found"
    assert "João Ferreira da Silva" in [row["name"] for row in refused["candidates"]]


def test_a_namesake_who_has_left_is_not_asked_about(admin: Person) -> None:
    there = Personnel.objects.filter(code="TEC-03", **DEMO).get()
    left = Personnel.objects.create(
        company=there.company,
        code="TEC-99",
        first_name=there.first_name,
        last_name=there.last_name,
        active=False,
    )
    try:
        work = {
            "source": "unplanned", "asset": "CMP-04", "title": "Revisar la válvula",
            "task_type": "Correctiva", "even_if_similar": True,
        }  # fmt: skip
        made = admin.ask("create_work_order", **work, responsible=there.full_name)
        assert WorkOrder.objects.get(folio=made["folio"], **DEMO).responsible == there
        offered = admin.refused("create_work_order", **work, responsible=there.last_name)["candidates"]
        assert [row["code"] for row in offered] == [there.code]
    finally:
        left.delete()


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("kept", ["NFC", "NFD"])
def test_a_code_is_found_however_its_letters_are_composed(
    admin: Person, kept: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]
) -> None:
    """Far beyond the records that `search` examines, so that only the code can find it."""
    place = Item.objects.get(code="SERVICIOS", **DEMO)
    code = f"\uffe3\u00d1AND\u00da-{kept}-{typed}"
    item = Item.objects.create(
        company=place.company, type=2, code=unicodedata.normalize(kept, code), field_1="zzz",
        description="zzz", parent=place,
    )  # fmt: skip
    try:
        (found,) = admin.ask("search", query=unicodedata.normalize(typed, code))["results"]
        assert found["id"] == f"asset:{item.code}"
        assert admin.ask("get_asset", code=unicodedata.normalize(typed, code))["code"] == item.code
    finally:
        item.delete()


def test_a_short_piece_is_no_name(admin: Person) -> None:
    assert admin.refused("get_asset", code="de")["code"] == "not_found"


def test_a_location_is_meant_where_a_place_is_asked_for(admin: Person) -> None:
    by_name = admin.ask("list_assets", location="sala de compresores", limit=100)
    by_code = admin.ask("list_assets", location="SALA COMPRESORES", limit=100)
    assert by_name["assets"] == by_code["assets"]
    assert by_name["returned"] > 4


def test_lists_filter_by_the_resolved_code_on_every_page(admin: Person) -> None:
    orders = admin.everything("list_work_orders", "work_orders", asset="compresor de tornillo 2", limit=5)
    expected = WorkOrder.objects.filter(**DEMO, tasks__item__code="CMP-02").distinct()
    assert {order["folio"] for order in orders} == set(expected.values_list("folio", flat=True))


def test_who_may_not_read_assets_has_to_know_codes(person: PersonMaker) -> None:
    reader = person("planner@demo.example", rights=frozenset({"work_orders:view"}))
    assert reader.ask("list_work_orders", asset="CMP-02", limit=3)["returned"] == 3
    assert reader.ask("list_work_orders", asset="compresor de tornillo 2")["returned"] == 0


def test_assets_of_another_company_are_no_candidates(stranger: Person) -> None:
    assert stranger.refused("get_asset", code="Compresor de tornillo 2")["code"] == "not_found"


def test_a_request_by_words_of_its_title(admin: Person) -> None:
    newest = WorkRequest.objects.filter(**DEMO).order_by("-date", "-id")[0]
    answer = admin.result("get_work_request", id=newest.description)
    if answer.is_error:
        candidates = answer.meta["fracttal-one/error"]["candidates"]
        assert newest.pk in {row["id"] for row in candidates}
    else:
        assert answer.structured is not None
        assert answer.structured["id"] == newest.pk


def test_what_looks_like_a_duplicate_is_shown_first(planner: Person) -> None:
    title = "La bomba P-104 vibra demasiado"
    first = planner.ask("create_work_request", title=title, asset="P-104", even_if_similar=True)
    before = WorkRequest.objects.count()
    refused = planner.refused("create_work_request", title="Vibra mucho la bomba P-104", asset="P-104")
    assert refused["code"] == "looks_like_a_duplicate"
    assert first["id"] in {row.get("id") for row in refused["candidates"]}
    assert "even_if_similar" in refused["message"]
    assert WorkRequest.objects.count() == before
    planner.ask(
        "create_work_request", title="Vibra mucho la bomba P-104", asset="P-104", even_if_similar=True
    )
    other = planner.result("create_work_request", title="Pintura descascarada", asset="P-104")
    assert not other.is_error
    assert WorkRequest.objects.count() == before + 2


def test_a_request_of_the_same_title_is_shown_whatever_it_is_about(planner: Person) -> None:
    title = "Genset 7 deja aceite sobre el piso de la sala"

    def offered(**arguments: str) -> list[int]:
        refused = planner.refused("create_work_request", **{"title": title, **arguments})
        assert refused["code"] == "looks_like_a_duplicate"
        return [row["id"] for row in refused["candidates"]]

    there = [planner.ask("create_work_request", title=title, asset="P-104", even_if_similar=True)["id"]]
    before = WorkRequest.objects.count()
    try:
        assert offered() == there
        assert offered(asset="CMP-03") == there  # nobody wrote about that compressor
        assert offered(title="GENSET 7 deja aceite, sobre el piso de la sala.") == there
        there.append(planner.ask("create_work_request", title=title, even_if_similar=True)["id"])
        assert set(offered(asset="CMP-03")) == set(there)
        WorkRequest.objects.filter(pk=there[1]).update(status=RequestStatus.CANCEL_STATUS)
        assert offered(asset="CMP-03") == there[:1]
        old = timezone.now() - dt.timedelta(days=31)
        WorkRequest.objects.filter(pk=there[0]).update(date=old)
        made = planner.ask("create_work_request", title=title, asset="CMP-03")
        there.append(made["id"])
        assert WorkRequest.objects.count() == before + 2
    finally:
        WorkRequest.objects.filter(pk__in=there).delete()


def test_a_request_is_recognized_in_another_language_and_about_another_asset(planner: Person) -> None:
    title = "Vazamento de óleo no redutor da esteira 9"
    first = planner.ask("create_work_request", title=title, asset="P-104", even_if_similar=True)["id"]
    before = WorkRequest.objects.count()
    try:
        for title in (
            "Fuga de aceite en el reductor de la banda 9",
            "Oil leaks from the gearbox of conveyor 9",
        ):
            for about in ({}, {"asset": "CMP-03"}):
                refused = planner.refused("create_work_request", title=title, **about)
                assert refused["code"] == "looks_like_a_duplicate"
                assert refused["candidates"][0]["id"] == first
        assert WorkRequest.objects.count() == before
        for title in ("Fuga de aceite en el reductor de la banda 8", "Noise from the gearbox of conveyor 9"):
            made = planner.ask("create_work_request", title=title)["id"]
            WorkRequest.objects.filter(pk=made).delete()
    finally:
        WorkRequest.objects.filter(pk=first).delete()


@pytest.mark.parametrize(
    "title", ["\u200b" * 9, "\u2060\ufeff\u200d\u200c", "\u3164\u3164\u3164", "\u202e\u202d\u202c"]
)
def test_a_title_that_nobody_can_see_is_refused(planner: Person, title: str) -> None:
    before = WorkRequest.objects.count()
    refused = planner.refused("create_work_request", title=title, even_if_similar=True)
    assert refused["code"] == "invalid_arguments"
    assert [entry["field"] for entry in refused["fields"]] == ["title"]
    assert WorkRequest.objects.count() == before


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("La bomba pierde aceite", "Pérdida: BOMBA pierde ACEITE por el sello", True),
        ("Ruido anormal", "Pintura descascarada", False),
        ("", "", True),
        ("OK", "NO", False),
    ],
)
def test_texts_that_tell_of_the_same_thing(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same

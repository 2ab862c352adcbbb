"""Identifiers: exact in writes, tolerant in reads, and never taken for another record's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Company
from maintenance.models import Item, StockLevel, ThirdParty, WorkOrder, WorkOrderStatus, WorkRequest
from mcp_gateway.tools.kit.identifiers import read_code, shown_code
from mcp_gateway.tools.kit.text import clean
from tests.gateway.tools.conftest import Person

DEMO = {"company__slug": "demo"}
# M5: cleaned like a text, each of these looked like another code, or like one that does not exist.
ODD = [
    "//9274", "www.9274", "9274\ue000", "![](9274)", "a://9274", "A\u200dB", "a\u00adb", "[x](9274)",
    "９２７４", "{U+0039}274", "A\u202eB", "a/b", "A&B?c=1#d", "007", "́9274",
]  # fmt: skip


@contextmanager
def assets(*codes: str, name: str = "Bomba rara", **fields: Any) -> Iterator[list[Item]]:
    company = Company.objects.get(slug="demo")
    made = []
    for code in codes:
        item = Item(company=company, code=code, type=2, field_1=name, ancestors="/", **fields)
        item.description = item.composed_description()
        item.parent_description = "// "
        item.save()
        made.append(item)
    try:
        yield made
    finally:
        Item.objects.filter(pk__in=[item.pk for item in made]).delete()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_code_comes_back_as_it_was(code: str) -> None:
    shown = shown_code(code)
    assert read_code(shown) == code
    assert clean(shown, 100_000) == shown  # nothing in it opens, renders or hides


@pytest.mark.parametrize("code", ODD)
def test_an_odd_code_finds_its_own_record(admin: Person, code: str) -> None:
    with assets("9274", name="La simple"), assets(code, name="La rara de nombre propio"):
        (listed,) = admin.ask("list_assets", text="la rara de nombre propio")["assets"]
        shown = listed["code"]
        assert shown != "9274"
        # A code also comes back unchanged if it is written as is, unless it ends in a space or looks like our
        # notation.
        for given_back in (shown,) if code != code.strip() or "{U+" in code else (shown, code):
            found = admin.ask("get_asset", code=given_back)
            assert (found["name"], found["code"]) == ("La rara de nombre propio", shown)
        (result,) = [
            row for row in admin.ask("search", query=shown)["results"] if row["id"] == f"asset:{shown}"
        ]
        assert "La rara" in admin.ask("fetch", id=result["id"])["title"]
        admin.ask("create_work_request", title=f"Revisar {code!a}", asset=shown, even_if_similar=True)
        assert WorkRequest.objects.order_by("-pk")[0].item.code == code  # type: ignore[union-attr]
        WorkRequest.objects.filter(item__code=code).delete()


def test_an_internal_number_is_no_code(admin: Person) -> None:
    with assets("QQ-NUMBER", name="Prensa de la nave oeste") as (item,):
        number = str(item.pk)
        refused = admin.refused("get_asset", code=number)
        assert refused["code"] == "not_found"
        assert [row["code"] for row in refused["candidates"]] == ["QQ-NUMBER"]  # offered, but not taken
        for said in (number, f"00{number}"):
            before = WorkRequest.objects.count()
            told = admin.refused("create_work_request", title="Ruido en la descarga", asset=said)
            assert told["code"] == "not_found"
            assert "candidates" not in told
            assert WorkRequest.objects.count() == before
        assert "candidates" not in admin.refused("get_asset", code=f"00{number}")


def test_a_name_that_looks_like_a_number_is_a_name(admin: Person) -> None:
    number = str(Item.objects.get(**DEMO, code="CMP-03").pk)
    with assets("EQ-NUM", name=number):
        assert admin.ask("get_asset", code=number)["code"] == "EQ-NUM"
        made = admin.ask("create_work_request", title="Ruido en la descarga", asset=number)
        assert made["asset_code"] == "EQ-NUM"
        WorkRequest.objects.filter(pk=made["id"]).delete()
    with assets("EQ-BAR", barcode=f"{number}0009"):
        assert admin.ask("get_asset", code=f"{number}0009")["code"] == "EQ-BAR"


def test_zeros_before_a_number_belong_to_it(admin: Person) -> None:
    request = WorkRequest.objects.filter(**DEMO)[0]
    assert admin.ask("get_work_request", id=str(request.pk))["id"] == request.pk
    assert admin.refused("get_work_request", id=f"00{request.pk}")["code"] == "not_found"
    assert admin.refused("fetch", id=f"work_request:00{request.pk}")["code"] == "not_found"
    found = {row["id"] for row in admin.ask("search", query=f"00{request.pk}")["results"]}
    assert f"work_request:{request.pk}" not in found


@pytest.mark.parametrize("dress", ["cmp-02", "CMP–02", " CMP-02\u200b", "CMP 02", "CMP02", "ＣＭＰ－０２"])
def test_a_code_in_another_dress(admin: Person, dress: str) -> None:
    assert admin.ask("get_asset", code=dress)["code"] == "CMP-02"
    told = admin.result("create_work_request", title="Manguera suelta", asset=dress, even_if_similar=True)
    if told.is_error:  # offered, and nothing is written
        assert [row["code"] for row in told.meta["fracttal-one/error"]["candidates"]] == ["CMP-02"]
    else:
        assert told.structured is not None
        assert told.structured["asset_code"] == "CMP-02"


def test_a_piece_of_a_name_is_taken_for_reading_and_offered_for_writing(admin: Person) -> None:
    with assets("QQ-PIECE", name="Trituradora zonal del muelle"):
        assert admin.ask("get_asset", code="trituradora muelle")["code"] == "QQ-PIECE"
        refused = admin.refused("create_work_request", title="Cadena floja", asset="trituradora muelle")
        assert refused["code"] == "ambiguous"
        assert [row["code"] for row in refused["candidates"]] == ["QQ-PIECE"]
        made = admin.ask("create_work_request", title="Cadena floja", asset="TRITURADORA zonal del muelle")
        assert made["asset_code"] == "QQ-PIECE"
        WorkRequest.objects.filter(pk=made["id"]).delete()


def test_a_shorter_number_is_not_the_longer_one(admin: Person) -> None:
    with assets("QX-101", name="Bomba QX-101"):
        assert admin.refused("get_asset", code="QX-10")["code"] == "not_found"
        assert admin.refused("get_asset", code="Bomba QX-10")["code"] == "not_found"
        assert admin.ask("get_asset", code="Bomba QX 101")["code"] == "QX-101"


def test_several_of_one_name_are_shown_however_many_there_are(admin: Person) -> None:
    """M4: beyond the first thousand, only the upstream's own filter finds them."""
    company = Company.objects.get(slug="demo")
    fillers = [
        Item(
            company=company, code=f"FIL-{number}", type=2, field_1=f"Relleno {number}",
            description=f"Relleno {number}", parent_description="// ", ancestors="/",
        )
        for number in range(1100)
    ]  # fmt: skip
    Item.objects.bulk_create(fillers)
    try:
        with assets("TWIN-1", "TWIN-2", name="Gemela de la zona lejana"):
            refused = admin.refused("get_asset", code="Gemela de la zona lejana")
            assert refused["code"] == "ambiguous"
            assert [row["code"] for row in refused["candidates"]] == ["TWIN-1", "TWIN-2"]
        with assets("NEW-1", name="Recién llegada"):
            # M1: by a complete name, and the newest by a word of its name.
            for query in ("Recién llegada", "recien"):
                answer = admin.ask("search", query=query)
                assert "asset:NEW-1" in {row["id"] for row in answer["results"]}
                assert any(note.startswith("asset: only 300 of") for note in answer["notes"])
    finally:
        Item.objects.filter(code__startswith="FIL-").delete()


@pytest.mark.parametrize("dress", ["{folio}\u200b", "{lower}", "{dashed}", "{spaced}", " {folio} "])
def test_a_folio_in_another_dress(admin: Person, dress: str) -> None:
    order = WorkOrder.objects.filter(**DEMO, status=WorkOrderStatus.IN_PROCESS, folio__startswith="OT-")[2]
    said = dress.format(
        folio=order.folio, lower=order.folio.lower(), dashed=order.folio.replace("-", "–"),
        spaced=order.folio.replace("-", " "),
    )  # fmt: skip
    assert admin.ask("get_work_order", folio=said)["folio"] == order.folio
    told = admin.result("update_work_order", folio=said, note="Otra nota")
    order.refresh_from_db()
    if told.is_error:
        assert [row["folio"] for row in told.meta["fracttal-one/error"]["candidates"]] == [order.folio]
        assert order.note != "Otra nota"
    else:
        assert order.note == "Otra nota"  # only the spaces around it are removed


def test_an_order_by_its_number_is_offered(admin: Person) -> None:
    order = WorkOrder.objects.filter(**DEMO, folio__startswith="OT-")[2]
    refused = admin.refused("get_work_order", folio=order.folio.removeprefix("OT-"))
    assert [row["folio"] for row in refused["candidates"]] == [order.folio]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("solicitud {request}", "work_request:{request}"), ("request {request}", "work_request:{request}"),
        ("solicitação {request}", "work_request:{request}"), ("Solicitud #{request}", None),
        ("OS {number}", "work_order:OT-{number}"), ("order {number}", "work_order:OT-{number}"),
        ("ordem {number}", "work_order:OT-{number}"), ("orden {number}", "work_order:OT-{number}"),
        ("medidor MTC-02", "meter:"), ("meter MTC-02", "meter:"),
        ("P101", "asset:P-101"), ("activo P-101", "asset:P-101"), ("equipo p–101", "asset:P-101"),
    ],
)  # fmt: skip
def test_search_takes_people_at_their_word(admin: Person, said: str, kind: str | None) -> None:
    number = int(WorkOrder.objects.filter(**DEMO, folio__startswith="OT-")[2].folio.removeprefix("OT-"))
    request = WorkRequest.objects.filter(**DEMO)[0].pk
    found = [
        row["id"] for row in admin.ask("search", query=said.format(number=number, request=request))["results"]
    ]
    if kind is not None:
        assert found[0].startswith(kind.format(number=number, request=request)), found
    if "order" not in said and "OS" not in said and "orde" not in said:
        assert not [each for each in found if each.startswith("work_order:")]


def test_a_warehouse_and_an_item_in_another_dress(admin: Person) -> None:
    level = StockLevel.objects.filter(item__company__slug="demo", warehouse__external_integration=False)[3]
    item, place = level.item.code, level.warehouse
    exact = admin.ask("list_stock", item=item)
    assert admin.ask("list_stock", item=item.lower().replace("-", "–"))["stock"] == exact["stock"]
    before = level.stock
    told = admin.refused("link_stock_item", item=item.replace("-", "–"), warehouse=place.code)
    assert [row["code"] for row in told["candidates"]] == [item]
    piece = place.description.split()[-1]
    if piece not in (place.description, place.code):
        told = admin.refused("adjust_stock", item=item, warehouse=piece, stock=1)
        assert place.code in [row["code"] for row in told["candidates"]]
    level.refresh_from_db()
    assert level.stock == before


def test_a_third_party_is_not_made_a_second_time_in_another_dress(admin: Person) -> None:
    party = ThirdParty.objects.filter(**DEMO, code__contains="-")[0]
    count = ThirdParty.objects.count()
    told = admin.refused("save_third_party", code=party.code.replace("-", "–"), name="Otro")
    assert [row["code"] for row in told["candidates"]] == [party.code]
    assert ThirdParty.objects.count() == count

"""/personnel."""

from __future__ import annotations

from accounts.models import Membership, PermissionGroup, User
from maintenance.models import Personnel
from maintenance.tokens import mint_user_token
from tests.maintenance.callers import Api, refused


def test_a_person_with_an_account(admin: Api) -> None:
    (row,) = admin.rows("personnel", code="TEC-01")
    assert row["name"] == row["full_name"] == "Carlos Rojas Medina"
    assert (row["first_name"], row["last_name"]) == ("Carlos", "Rojas Medina")
    assert row["account_email"] == "technician@demo.example"
    assert row["account_active"] is True
    assert row["groups_permissions_description"] == "Técnicos"
    assert row["telephone"] == row["telephone_1"]
    assert row["longitud"] is None


def test_a_person_without_an_account(admin: Api) -> None:
    (row,) = admin.rows("personnel", code="OPE-01")
    assert (row["account_email"], row["account_active"]) == (None, False)
    assert row["groups_permissions_description"] is None


def test_each_account_of_the_demo_has_a_record_with_a_code(admin: Api, stranger: Api) -> None:
    groups = {
        row["account_email"]: (row["groups_permissions_description"], bool(row["code"]))
        for row in (*admin.rows("personnel"), *stranger.rows("personnel"))
        if row["account_email"]
    }
    assert groups == {
        "admin@demo.example": ("Administradores", True),
        "planner@demo.example": ("Planificadores", True),
        "technician@demo.example": ("Técnicos", True),
        "admin@other.example": ("Administradores", True),
    }


def test_an_account_that_is_switched_off(admin: Api) -> None:
    Membership.objects.filter(user__email="technician@demo.example").update(active=False)
    User.objects.filter(email="planner@demo.example").update(is_active=False)
    for code in ("TEC-01", "PLA-01"):
        (row,) = admin.rows("personnel", code=code)
        assert row["account_email"]
        assert row["account_active"] is False
        assert row["groups_permissions_description"] is None


def test_one_by_code(admin: Api, stranger: Api) -> None:
    assert admin.page("personnel/TEC-01") == admin.page("personnel/", code="TEC-01")
    refused(admin.get("personnel/NOPE"), 404)
    assert admin.total("personnel", code="NOPE") == 0
    refused(stranger.get("personnel/OPE-11"), 404)


def test_a_technician_sees_the_own_record_and_no_other(technician: Api) -> None:
    """A write names the code of the person, so everybody can read that much."""
    (own,) = technician.rows("personnel")
    assert own["account_email"] == "technician@demo.example"
    assert technician.rows(f"personnel/{own['code']}") == [own]
    other = Personnel.objects.filter(company__slug="demo", code__isnull=False).exclude(code=own["code"])[0]
    refused(technician.get(f"personnel/{other.code}"), 404, "ITEM_NOT_FOUND")
    assert technician.rows("personnel", code=other.code) == []


def test_a_program_without_the_right_sees_nobody(plant: object, db: None) -> None:
    group = PermissionGroup.objects.get(company__slug="demo", name="Técnicos")
    token = mint_user_token(company_id=group.company_id, user_id=None, group_id=group.pk)
    refused(Api(token).get("personnel"), 401, "UNAUTHORIZED_ENDPOINT")

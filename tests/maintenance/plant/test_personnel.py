"""/personnel."""

from __future__ import annotations

from accounts.models import Membership, User
from tests.maintenance.plant.conftest import Api, refused


def test_a_person_with_an_account(admin: Api) -> None:
    (row,) = admin.rows("personnel", code="TEC-01")
    assert row["name"] == row["full_name"] == "Carlos Rojas Medina"
    assert (row["first_name"], row["last_name"]) == ("Carlos", "Rojas Medina")
    assert row["account_email"] == "technician@demo.example"
    assert row["account_active"] is True
    assert row["groups_permissions_description"] == "Technicians"
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
        "admin@demo.example": ("Administrators", True),
        "planner@demo.example": ("Planners", True),
        "technician@demo.example": ("Technicians", True),
        "admin@other.example": ("Administrators", True),
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


def test_a_technician_sees_no_people(technician: Api) -> None:
    refused(technician.get("personnel"), 401, "UNAUTHORIZED_ENDPOINT")
    refused(technician.get("personnel/TEC-01"), 401, "UNAUTHORIZED_ENDPOINT")

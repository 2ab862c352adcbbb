"""What every page shares: home, company, language, time zone, user menu, error pages."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from accounts.current import SESSION_KEY
from accounts.models import Membership
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.factories import CompanyFactory, MembershipFactory, PermissionGroupFactory, UserFactory
from tests.pages import XSS, browser, form_at, post, text_of, token
from tests.process.person import forms_of


def test_home_says_what_to_do_next(world: World) -> None:
    owner = text_of(browser(world.owner).get("/"))
    assert "http://localhost:8000/mcp/oauth/fracttal-one" in owner
    assert "/settings/api-connections/oauth-consumers/" in owner
    assert "/profile/app-authorizations/" in owner
    colleague = text_of(browser(world.colleague).get("/"))
    assert "http://localhost:8000/mcp/oauth/fracttal-one" in colleague
    assert "/settings/" not in colleague, "no way into the configuration is offered without the right"
    assert browser(world.colleague).get("/guide/").status_code == 200


def test_signed_out_people_are_sent_to_sign_in(db: None) -> None:
    for path in ("/", "/guide/", "/profile/", "/settings/", "/settings/general/", "/settings/user-accounts/"):
        answer = browser().get(path)
        assert answer.status_code == 302, path
        assert answer["Location"] == f"/accounts/login/?next={path}"


def test_pages_carry_a_strict_policy_and_no_inline_script(world: World) -> None:
    answer = browser(world.owner).get("/")
    assert answer["Cache-Control"] == "private, no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = text_of(answer)
    assert "<script>" not in page
    assert "style=" not in page
    assert " onclick" not in page
    assert answer["Referrer-Policy"] == "same-origin", "no-referrer makes browsers send Origin: null"


def test_user_menu_works_without_javascript(world: World) -> None:
    page = text_of(browser(world.owner).get("/"))
    menu = page[page.index("User menu") :]
    assert menu.index("Configuration") < menu.index("Profile") < menu.index("Sign out")
    assert "<summary>" in page


@pytest.fixture
def both(world: World) -> Client:
    """The owner, who also administers the other company."""
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    return browser(world.owner)


def test_switching_company(world: World, both: Client) -> None:
    assert 'value="Planta Demo"' in text_of(both.get("/settings/general/")), "the one joined first"
    answer = post(both, "/company/", {"company": "other"})
    assert answer["Location"] == "/"
    assert 'value="Otra"' in text_of(both.get("/settings/general/"))
    assert both.get("/company/").status_code == 405
    assert both.post("/company/", {"company": "demo"}).status_code == 403, "without the form's token"
    assert 'value="Otra"' in text_of(both.get("/settings/general/"))


def test_a_link_to_a_record_of_the_other_company_leads_there(world: World, both: Client) -> None:
    """Assistants give links to records; a person who works for two companies is asked which one."""
    consumer = consumer_in(world, stranger=True)
    path = f"/settings/api-connections/oauth-consumers/{consumer.pk}/?from=chat"
    post(both, "/company/", {"company": world.company.slug})
    lost = both.get(path)
    assert lost.status_code == 404
    assert "User menu" in text_of(lost)
    form = next(
        form for form in forms_of(text_of(lost)) if form.action == "/company/" and "next" in dict(form.fields)
    )
    assert dict(form.fields)["next"] == path
    assert form.buttons == [("company", world.other_company.slug)]
    found = both.post(form.action, {**dict(form.fields), "company": world.other_company.slug}, follow=True)
    assert found.status_code == 200
    assert consumer.name in text_of(found)
    assert 'action="/company/"' not in text_of(browser(world.colleague).get("/nothing"))


def test_a_page_without_permission_says_why_and_whom_to_ask(world: World) -> None:
    """The reason is the group. A person of several companies may be in the wrong one."""
    MembershipFactory(user=world.colleague, permission_group=world.stranger_group)
    page = browser(world.colleague).get("/settings/general/")
    assert page.status_code == 403
    text = " ".join(text_of(page).split())
    assert "Your group in Planta Demo is Readers." in text
    assert f'href="mailto:{world.owner.email}"' in text
    assert world.stranger.email not in text
    assert "User menu" in text
    form = next(
        form for form in forms_of(text_of(page)) if form.action == "/company/" and "next" in dict(form.fields)
    )
    assert form.buttons == [("company", world.other_company.slug)]


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("/records/work-requests/1", "work requests"),
        ("/records/people/X-1", "people"),
        ("/records/meters/1/change", "meters"),
    ],
)
def test_a_record_of_a_module_that_the_group_may_not_see(world: World, path: str, module: str) -> None:
    """It does not say that the address is wrong, and says nothing about the record."""
    page = browser(world.colleague).get(path)
    assert page.status_code == 403, module
    assert "Your group in Planta Demo is Readers." in " ".join(text_of(page).split())


def test_somebody_who_sees_only_the_own_work_is_told_so(world: World) -> None:
    world.colleague_group.own_work_orders_only = True
    world.colleague_group.save()
    page = browser(world.colleague).get("/records/work-orders/OT-9999")
    assert page.status_code == 404
    assert "shows only those that you are responsible for" in " ".join(text_of(page).split())
    world.owner_group.refresh_from_db()
    other = browser(world.owner).get("/records/work-orders/OT-9999")
    assert "responsible for" not in text_of(other)


def test_nobody_switches_to_a_company_of_others(world: World) -> None:
    client = browser(world.owner)
    post(client, "/company/", {"company": "other"})
    assert "You are no longer a member" in text_of(client.get("/"))
    assert 'value="Planta Demo"' in text_of(client.get("/settings/general/"))
    session = client.session
    session[SESSION_KEY] = world.other_company.pk
    session.save()
    page = text_of(client.get("/settings/general/"))
    assert "Choose the company" in page
    assert "Otra" not in page


def test_a_membership_that_ends_is_out_on_the_next_request(world: World, both: Client) -> None:
    """Case 253."""
    post(both, "/company/", {"company": "other"})
    assert both.get("/settings/general/").status_code == 200
    Membership.objects.filter(user=world.owner, company=world.other_company).update(active=False)
    assert both.get("/settings/general/").status_code == 409, "the person chooses: test_company_of_session.py"
    Membership.objects.filter(user=world.owner).update(active=False)
    assert both.get("/settings/general/").status_code == 403
    assert "doesn't belong to a company" in text_of(both.get("/"))


def test_a_group_that_loses_the_right_is_out_on_the_next_request(world: World) -> None:
    client = browser(world.owner)
    assert client.get("/settings/general/").status_code == 200
    world.owner_group.rights = ["configuration:view"]
    world.owner_group.save()
    assert client.get("/settings/general/").status_code == 403
    world.owner_group.rights = ["configuration:edit"]
    world.owner_group.active = False
    world.owner_group.save()
    assert client.get("/settings/general/").status_code == 403


def test_company_names_are_escaped(world: World) -> None:
    company = CompanyFactory(name=XSS)
    MembershipFactory(user=world.owner, permission_group=PermissionGroupFactory(company=company, name=XSS))
    client = browser(world.owner)
    post(client, "/company/", {"company": company.slug})
    for path in ("/", "/profile/", "/settings/general/"):
        page = text_of(client.get(path))
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_language_is_kept_on_the_account(world: World) -> None:
    client = browser(world.owner)
    answer = post(client, "/language/", {"language": "pt-br", "next": "/profile/?x=1"})
    assert answer["Location"] == "/profile/?x=1"
    assert '<html lang="pt-br">' in text_of(client.get("/", headers={"accept-language": "en"}))
    world.owner.refresh_from_db()
    assert world.owner.language == "pt-br"
    assert client.get("/language/").status_code == 405


def test_language_of_the_sign_in_page(db: None) -> None:
    client = browser()
    assert '<html lang="es">' in text_of(client.get("/accounts/login/", headers={"accept-language": "es-CO"}))
    data = {
        "csrfmiddlewaretoken": token(client, "/accounts/login/"),
        "language": "pt-br",
        "next": "/accounts/login/",
    }
    answer = client.post("/language/", data)
    assert answer["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert '<html lang="pt-br">' in text_of(client.get("/accounts/login/"))
    client.post("/language/", data | {"language": "../../etc"})
    assert '<html lang="pt-br">' in text_of(client.get("/accounts/login/"))


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "", "javascript:x"]
)
def test_language_leads_nowhere_else(world: World, target: str) -> None:
    answer = post(browser(world.owner), "/language/", {"language": "es", "next": target})
    assert answer["Location"] == "/"


def test_error_pages_are_for_people_and_json_for_programs(world: World) -> None:
    client = browser(world.colleague)
    page = client.get("/nothing/here")
    assert page.status_code == 404
    assert "There is nothing here" in text_of(page)
    assert page["Cache-Control"] == "no-store"
    json = client.get("/nothing/here", headers={"accept": "application/json"})
    assert json.json()["error"] == "not_found"
    forbidden = client.get("/settings/general/")
    assert forbidden.status_code == 403
    assert "Readers" in text_of(forbidden)
    assert client.get("/settings/general/", headers={"accept": "application/json"}).json() == {
        "error": "forbidden",
        "message": "Not allowed.",
    }
    no_token = client.post("/language/", {"language": "es"})
    assert no_token.status_code == 403
    assert "This page has expired" in text_of(no_token)


@override_settings(ALLOWED_HOSTS=["only.example"])
def test_a_foreign_host_gets_a_plain_400(db: None) -> None:
    answer = Client().get("/accounts/login/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_a_defect_says_nothing_about_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("secret detail")

    client = browser(world.owner, raise_request_exception=False)
    monkeypatch.setattr("accounts.screens.profile.is_mfa_enabled", broken)
    answer = client.get("/profile/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in text_of(answer)
    assert "secret detail" not in text_of(answer)
    json = client.get("/profile/", headers={"accept": "application/json"})
    assert json.json()["error"] == "server_error"


def test_profile_is_saved_and_names_are_escaped(world: World) -> None:
    client = browser(world.owner)
    data = dict(form_at(client.get("/profile/")).fields) | {"name": XSS, "language": "es"}
    answer = client.post("/profile/", data | {"email": "evil@example.com", "is_active": "", "password": "x"})
    assert answer["Location"] == "/profile/"
    page = text_of(client.get("/profile/"))
    assert "<script>alert" not in page
    assert '<html lang="es">' in page
    world.owner.refresh_from_db()
    assert (world.owner.name, world.owner.email, world.owner.is_active) == (XSS, "owner@example.com", True)
    too_long = client.post("/profile/", data | {"name": "x" * 151})
    assert too_long.status_code == 422
    assert "errorlist" in text_of(too_long)


def test_a_person_without_company_gets_a_page_that_says_so(db: None) -> None:
    client = browser(UserFactory())
    assert "doesn't belong to a company" in text_of(client.get("/"))
    assert client.get("/settings/").status_code == 403

"""Configuration > API connections > What may it do?: one person, one app, one tool, yes or no, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms.fields import primary_key
from accounts.models import Company, User
from consumers.models import Consumer
from consumers.policy.catalogue import tools
from consumers.policy.decisions import Verdict
from consumers.policy.simulation import simulate
from consumers.policy.tool_names import name_of_tool
from consumers.toolsets import SET_NAMES

MOST_APPS = 200
LONGEST_RECORD = 100


@never_cache
@require_safe
@require_right(CONFIGURE)
def simulator(request: HttpRequest) -> HttpResponse:
    """Answer `?person=&app=&tool=&record=`; the person is an id or an e-mail address of a member."""
    company = acting_membership(request).company
    asked = {name: request.GET.get(name, "").strip() for name in ("person", "app", "tool", "record")}
    apps = Consumer.objects.filter(company=company).select_related(
        "company__security_policy", "permission_group__ceiling"
    )
    offered = list(apps.order_by("name", "pk")[:MOST_APPS])
    chosen = primary_key(asked["app"])
    app = next((each for each in offered if each.pk == chosen), None)
    if app is None and chosen and len(offered) == MOST_APPS:
        app = apps.filter(pk=chosen).first()
    person = _person(company, asked["person"])
    problems = _problems(asked, app, person)
    context: dict[str, Any] = {
        "apps": offered,
        "app": app,
        "person": person.email if person else asked["person"][:254],
        "tool": asked["tool"],
        "record": asked["record"][:LONGEST_RECORD],
        "tool_groups": _tool_groups(),
        "problems": problems,
    }
    if app is not None and asked["tool"] and not problems:
        of_person = person if app.is_authorization_code else None
        context["answer"] = simulate(app, of_person, asked["tool"], asked["record"])
        context["tool_name"] = name_of_tool(asked["tool"])
        context["words"] = {
            Verdict.NEVER: _("No"),
            Verdict.ASK: _("Yes, after a question"),
            Verdict.ALLOWED: _("Yes"),
        }[context["answer"].verdict]
    return render(request, "consumers/simulator.html", context, status=422 if problems else 200)


def _person(company: Company, value: str) -> User | None:
    """Find somebody who is or was a member; people of other companies are not found."""
    people = User.objects.filter(memberships__company=company)
    if "@" in value and "\0" not in value:
        return people.filter(email=value.lower()).first()
    return people.filter(pk=primary_key(value)).first()


def _problems(asked: dict[str, str], app: Consumer | None, person: User | None) -> dict[str, str]:
    """Return what is wrong, by field. Before anything was asked, nothing is."""
    problems: dict[str, str] = {}
    if not any(asked.values()):
        return problems
    if app is None:
        problems["app"] = _("Choose an app.")
    if person is None and (app is None or app.is_authorization_code):
        problems["person"] = _("Enter the e-mail address of a member.")
    if asked["tool"] not in tools():
        problems["tool"] = _("Choose a tool.")
    if len(asked["record"]) > LONGEST_RECORD or not asked["record"].isprintable():
        problems["record"] = _("Enter a code or number.")
    return problems


def _tool_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            str(label),
            [(name, name_of_tool(name)) for name, tool in tools().items() if tool.toolset == toolset],
        )
        for toolset, label in SET_NAMES.items()
    ]

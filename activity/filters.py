"""The filters of the log, as its address carries them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.long_select import LongSelect
from accounts.models import Company, User
from activity.searching import Search
from audit.kinds import Group, Kind
from audit.models import Event, Outcome
from consumers.models import Consumer
from listing.folded_columns import holding
from mcp_gateway.tools.catalogue import CATALOGUE

NOT_DONE = "not-done"
TROUBLES = [outcome for outcome in Outcome if outcome != Outcome.DONE]
WRITES = "tool.write"
MOST_PEOPLE = 20
MOST_APPS = 200
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(9000, 1, 1)


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], required=False, **options)

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise ValidationError(_("Enter a date from 2000 on."))
        return day


def kind_choices() -> list[tuple[Any, Any]]:
    """Return each group with its kinds. Choosing the group means all of them."""
    choices: list[tuple[Any, Any]] = [("", _("Everything"))]
    kinds_of: dict[Group, list[tuple[Any, Any]]] = {group: [] for group in Group}
    for kind in Kind:
        kinds_of[kind.group].append((kind.value, kind.label))
    for group, kinds in kinds_of.items():
        if group == Group.TOOL:
            kinds.append((WRITES, _("tools that change something")))
        choices.append((group.label, [(group.value, group.label), *kinds]))
    return choices


class Filters(forms.Form):
    """Reads the filters. A form that is not valid finds nothing, so that a slip never shows too much."""

    person = forms.CharField(label=_("Person"), required=False, max_length=254)
    app = forms.IntegerField(
        label=_("App"), required=False, min_value=1, max_value=2**63 - 1, widget=LongSelect
    )
    tool = forms.CharField(label=_("Tool"), required=False, max_length=128)
    kind = forms.ChoiceField(label=_("Event"), required=False, choices=kind_choices, widget=LongSelect)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", _("Every outcome")), *Outcome.choices, (NOT_DONE, _("everything but done"))],
    )
    since = DayField(label=_("From"))
    until = DayField(label=_("Until"))
    record = forms.CharField(label=_("Record"), required=False, max_length=200)

    def __init__(self, company: Company, asked: Mapping[str, Any], user: User | None = None) -> None:
        """Read the filters of the company's log; with `user`, of that person's own rows."""
        super().__init__(asked)
        self.company, self.own = company, user
        if user is not None:
            del self.fields["person"]
        self.fields["app"].widget.choices = self._apps  # read when they are drawn
        self.fields["tool"].widget = forms.TextInput(attrs={"list": "tools", "spellcheck": "false"})

    def _apps(self) -> list[tuple[Any, Any]]:
        known = Consumer.objects.filter(company=self.company)
        if self.own is not None:  # the other apps of the company are no business of everybody
            known = known.filter(app_authorizations__user=self.own).distinct()
        apps = list(known.order_by("name", "pk").values_list("pk", "name")[:MOST_APPS])
        return [("", _("Every app")), *self._with_chosen(apps)]

    def _with_chosen(self, apps: list[tuple[int, str]]) -> Iterable[tuple[int, str]]:
        """Add the chosen app if the list lacks it: one that was deleted, or one beyond the first ones."""
        text = str(self.data.get("app", ""))
        chosen = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
        if not chosen or chosen in {key for key, _name in apps}:
            return apps
        known = self._rows().filter(consumer_id=chosen).order_by("-at").first()
        return [*apps, (chosen, known.consumer_name)] if known else apps

    def _rows(self) -> QuerySet[Event]:
        """Return the rows that the reader may see."""
        rows = Event.objects.filter(company_id=self.company.pk)
        return rows if self.own is None else rows.filter(user_id=self.own.pk)

    def clean(self) -> None:
        super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first one."))
        if words := self.cleaned_data.get("person"):
            self.cleaned_data["people"] = self._people(words)

    def _people(self, words: str) -> Q | None:
        """Return which rows are those of the people with this name or address, None after an error."""
        by_address = Q(email__iexact=words)
        members = User.objects.filter(memberships__company=self.company)
        rows = (
            members.filter(by_address | Q(*holding(words, "folded")))
            .annotate(has_it=Case(When(by_address, then=True), default=False))
            .order_by("-has_it")
            .values_list("pk", "has_it")[: MOST_PEOPLE + 1]
        )
        matching = list(rows)
        found = [key for key, has_it in matching if has_it] or [key for key, _has_it in matching]
        if len(found) > MOST_PEOPLE:
            self.add_error("person", _("Many people match. Enter more of the name, or the e-mail address."))
            return None
        if not found:  # somebody who left the company
            left = Exists(self._rows().filter(user_id=OuterRef("pk")))
            found = list(User.objects.filter(by_address, left).values_list("pk", flat=True))
        if not found:
            self.add_error("person", _("Nobody with this name or e-mail address is in the log."))
            return None
        return Q(user_id__in=found)

    def search(self) -> Search:
        """Return the search for the rows that match."""
        rows = self._rows()
        if not self.is_valid():
            return Search(rows.none())
        given = self.cleaned_data
        if given["app"]:
            rows = rows.filter(consumer_id=given["app"])
        if given["tool"]:
            rows = rows.filter(kind=Kind.TOOL_CALL, tool=given["tool"])
        if given["outcome"] == NOT_DONE:
            rows = rows.exclude(outcome=Outcome.DONE)
        elif given["outcome"]:
            rows = rows.filter(outcome=given["outcome"])
        if given["record"]:
            rows = rows.filter(subject_id=given["record"])
        if given["since"]:
            rows = rows.filter(at__gte=start_of(given["since"]))
        if given["until"]:
            rows = rows.filter(at__lt=start_of(given["until"] + dt.timedelta(days=1)))
        return Search(rows, self._alternatives())

    def _alternatives(self) -> list[Q]:
        """Return the values of a filter that means several, each to be read from its own part of an index."""
        people, kind = self.cleaned_data.get("people"), self.cleaned_data["kind"]
        if kind == WRITES:
            kinds = [Q(kind=Kind.TOOL_CALL, is_write=True)]
        elif kind in Group.values:
            kinds = [Q(kind=each.value) for each in Kind if each.group == kind]
        else:
            kinds = [Q(kind=kind) if kind else Q()]
        if people is not None and kinds:
            return [people & reduce(or_, kinds)]
        if len(kinds) == 1 and self.cleaned_data["outcome"] == NOT_DONE:
            return [kinds[0] & Q(outcome=outcome) for outcome in TROUBLES]
        return kinds

    @property
    def given(self) -> list[tuple[str, str]]:
        """Return the filters that are set, as they were sent."""
        texts = [(name, str(self.data.get(name, "")).strip()) for name in self.fields]
        return [(name, text) for name, text in texts if text]

    @property
    def address(self) -> str:
        """Return the query that leads to the same filters."""
        return urlencode(self.given)


def start_of(day: dt.date) -> dt.datetime:
    """Return midnight in the company's zone, which the request has made the current one."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def tools() -> list[str]:
    return sorted(CATALOGUE.tools)

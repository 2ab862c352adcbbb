"""A company's own catalogues: task types, failure terms and reasons to cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Company, User
from maintenance.models import (
    Action,
    CancelReason,
    FailureTerm,
    Module,
    TaskType,
)
from maintenance.rules.transaction_log import Actor, Entry, record


class Taken(Exception):
    """The catalogue already has this term, in upper or lower case."""


class InUse(Exception):
    """Work refers to this term, so it cannot be removed."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue. `also` separates its rows from those of other catalogues in the same table."""

    key: str
    label: Promise
    model: type[models.Model]
    longest: int
    also: Mapping[str, str]

    def words(self, company: Company) -> models.QuerySet[Any]:
        return self.model._default_manager.filter(company=company, **self.also).order_by("description")


def _failures(key: str, label: Promise, kind: FailureTerm.Kind) -> Catalogue:
    return Catalogue(key, label, FailureTerm, 120, {"kind": kind})


CATALOGUES: Sequence[Catalogue] = (
    Catalogue("task-types", gettext_lazy("Task types"), TaskType, 80, {}),
    _failures("failure-types", gettext_lazy("Failure types"), FailureTerm.Kind.TYPE),
    _failures("failure-causes", gettext_lazy("Failure causes"), FailureTerm.Kind.CAUSE),
    _failures("detection-methods", gettext_lazy("Detection methods"), FailureTerm.Kind.DETECTION_METHOD),
    Catalogue("cancel-reasons", gettext_lazy("Reasons to cancel"), CancelReason, 120, {}),
)


def add(company: Company, catalogue: Catalogue, word: str, by: User) -> None:
    known = catalogue.words(company).values_list("description", flat=True)
    if word.casefold() in {
        each.casefold() for each in known
    }:  # SQLite's iexact does not fold accented letters
        raise Taken
    try:
        with transaction.atomic():
            catalogue.model._default_manager.create(company=company, description=word, **catalogue.also)
            _log(company, catalogue, word, by, Action.ADD)
    except IntegrityError:  # somebody else added it a moment ago
        raise Taken from None


def remove(company: Company, catalogue: Catalogue, number: int, by: User) -> str:
    """Removes a term and returns it, or "" if none has that number. Raises InUse."""
    try:
        with transaction.atomic():
            row = catalogue.words(company).select_for_update().filter(pk=number).first()
            if row is None:
                return ""
            row.delete()
            _log(company, catalogue, row.description, by, Action.DELETE)
    except (ProtectedError, RestrictedError, IntegrityError):
        raise InUse from None
    return str(row.description)


def _log(company: Company, catalogue: Catalogue, word: str, by: User, action: Action) -> None:
    sub_module = catalogue.key.replace("-", "_").upper()
    record(company.pk, Actor.of_user(by), Entry(Module.CONFIGURATION, sub_module, action, word))

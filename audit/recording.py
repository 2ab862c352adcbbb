"""Records one event in the log, in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from audit.chain import append
from audit.kinds import Kind
from audit.models import Event, Outcome

LONGEST_FACT = 200


class Person(Protocol):
    """A signed-in person; an anonymous one has no `pk`."""

    @property
    def pk(self) -> Any: ...
    @property
    def email(self) -> str: ...


class App(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What something was done to: its kind, its id or code, and its name at that time."""

    kind: str
    id: str
    name: str = ""


Changes = dict[str, list[Any]]


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Return {field: [before, after]} for each field that differs.

    A field that one side lacks is None on that side.
    """
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)
    }


def record(
    kind: Kind,
    *,
    company_id: int | None,
    user: Person | None = None,
    consumer: App | None = None,
    authorization_id: int | None = None,
    subject: Subject | None = None,
    changes: Changes | None = None,
    outcome: Outcome = Outcome.DONE,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Append one event to the log of a company; without one (None), to the log of the installation.

    Call it inside the transaction of the change and as its last statement: it locks the head of the company's
    chain until the commit. A change that is rolled back leaves no row.
    """
    append(
        [
            event_of(
                kind,
                company_id=company_id,
                user=user,
                consumer=consumer,
                authorization_id=authorization_id,
                subject=subject,
                changes=changes,
                outcome=outcome,
                reason=reason,
                facts=facts,
                address=address,
            )
        ]
    )


def event_of(
    kind: Kind,
    *,
    company_id: int | None,
    user: Person | None = None,
    consumer: App | None = None,
    authorization_id: int | None = None,
    subject: Subject | None = None,
    changes: Changes | None = None,
    outcome: Outcome = Outcome.DONE,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    address: str = "",
) -> Event:
    """Build one event, where a change concerns many things and `append` takes all of them at once."""
    return Event(
        kind=kind.value,
        company_id=company_id or Event.NO_COMPANY,
        outcome=outcome.value,
        reason=reason,
        user_id=user.pk if user is not None else None,
        user_email=user.email if user is not None and user.pk is not None else "",
        consumer_id=consumer.pk if consumer is not None else None,
        consumer_name=_text(consumer.name, 255) if consumer is not None else "",
        authorization_id=authorization_id,
        address=address[:45],
        subject_kind=subject.kind if subject else "",
        subject_id=_text(subject.id, 200) if subject else "",
        subject_name=_text(subject.name, 255) if subject else "",
        changes=_storable(changes or {}),
        facts=_storable(dict(facts or {})),
    )


def _text(value: str, longest: int) -> str:
    """Cut a text, and remove what PostgreSQL refuses: NUL characters and halves of surrogate pairs."""
    return value.replace("\0", "")[:longest].encode(errors="replace").decode()


def _storable(value: Any) -> Any:
    """Return a value as JSON that any database gives back as it was, which the digest relies on.

    Numbers with a fraction and very large ones become texts, because PostgreSQL may write them otherwise.
    """
    if isinstance(value, str):
        return _text(value, LONGEST_FACT)
    if isinstance(value, Mapping):
        return {_text(str(name), LONGEST_FACT): _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_storable(part) for part in value]
    if value is None or (isinstance(value, int) and abs(value) < 2**53):
        return value
    return _text(str(value), LONGEST_FACT)

"""One sentence for each row of the log, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from activity.field_names import field_name
from activity.kind_sentences import OF_APPS, OF_CONNECTIONS, SENTENCES
from activity.tool_sentences import tool_sentence
from audit.kinds import Kind
from audit.models import Event, Outcome


def with_person(events: QuerySet[Event]) -> QuerySet[Event]:
    """Add the present name of each row's person to a query, None if the account is gone."""
    people = User.objects.filter(pk=OuterRef("user_id"))
    shown = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())
    return events.annotate(person=Subquery(people.values(shown=shown)))


def who(event: Event) -> str:
    """Return the person's name, else the address that was copied then, else ""."""
    return getattr(event, "person", None) or event.user_email


def marked(text: str) -> str:
    """Escape a name, and keep its writing direction to itself."""
    return f"<bdi>{escape(text)}</bdi>"


def sentence(event: Event, mark: Callable[[str], str] = str) -> str:
    """Return what happened. `mark` dresses names: `marked` for a page, nothing for a file."""
    if event.kind == Kind.TOOL_CALL:
        text = _of_tool_call(event, mark)
    elif template := OF_APPS.get(event.kind):
        text = _for_person(str(template) % {"app": mark(event.consumer_name or "?")}, event, mark)
    elif template := OF_CONNECTIONS.get(event.kind):
        text = str(template) % _placeholders(event, mark)
        if event.subject_name and event.subject_id != str(event.user_id):
            text += f" ({mark(event.subject_name)})"
    elif template := SENTENCES.get(event.kind):
        text = str(template) % _placeholders(event, mark)
    else:
        text = _plain(event, mark)
    return re.sub(r" +", " ", text).strip().removesuffix(":")


def as_html(event: Event) -> SafeString:
    return mark_safe(sentence(event, marked))  # noqa: S308 - every name goes through `marked`


def kind_label(kind: str) -> str:
    """Return the name of a kind, or its value if this version does not know it."""
    return str(Kind(kind).label) if kind in Kind.values else kind


def _of_tool_call(event: Event, mark: Callable[[str], str]) -> str:
    done = event.outcome == Outcome.DONE
    record = event.subject_id or event.subject_name
    template, values = tool_sentence(event.tool, done=done, record=record)
    marks = {name: mark(value) if value else "" for name, value in values.items()}
    did = str(template) % {"app": mark(event.consumer_name or "?"), **marks}
    return _for_person(did, event, mark)


def _for_person(did: str, event: Event, mark: Callable[[str], str]) -> str:
    person = who(event)
    return _("%(did)s for %(person)s") % {"did": did, "person": mark(person)} if person else did


def _placeholders(event: Event, mark: Callable[[str], str]) -> dict[str, str]:
    fields = ", ".join(mark(name) for name in sorted(field_name(name) for name in event.changes))
    return {
        "who": mark(who(event) or _("Somebody")),
        "app": mark(event.consumer_name or "?"),
        "subject": mark(event.subject_name or event.subject_id or event.consumer_name or "?"),
        "fields": fields,
    }


def _plain(event: Event, mark: Callable[[str], str]) -> str:
    """Say it without a sentence: the kind, then who, which app and what."""
    parts = [who(event), event.consumer_name]
    subject = event.subject_name or event.subject_id
    told = list(dict.fromkeys(part for part in [*parts, subject] if part))
    return ": ".join(filter(None, [mark(kind_label(event.kind)), ", ".join(mark(part) for part in told)]))

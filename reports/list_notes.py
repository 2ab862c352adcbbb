"""Notes of lists and of any answer, and what a page says for them; "" where it shows the same otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NOTES_OF_LISTS: Sequence[tuple[str, Promise | str]] = (
    (
        "At most {count} records match: Fracttal One counts so many, and may pass over a filter.",
        pgettext_lazy(
            "note",
            "At most %(count)s records match.",
        ),
    ),
    (
        "{sentence} There may be more records that could not be read.",
        pgettext_lazy(
            "note",
            "There may be more records that could not be read.",
        ),
    ),
    (
        "Only {count} rows were examined so far, not all of them. Call again with next_cursor to continue, "
        "or narrow the query.",
        "",
    ),
    (
        "Fracttal One gives this list in no stable order: if records change meanwhile, start again without "
        "a cursor, or some may be missed.",
        "",
    ),
    (
        "Documents of {owner} records are not seen by this person.",
        pgettext_lazy(
            "note",
            "Your permissions do not show the documents of every kind of record.",
        ),
    ),
    (
        "{count} more match and are not shown: narrow the query or raise limit.",
        pgettext_lazy(
            "note",
            "Records that match and are not shown: %(count)s.",
        ),
    ),
    (
        "More was read for the first {count} only: ask by code for others.",
        pgettext_lazy(
            "note",
            "Details are shown of the first %(count)s only.",
        ),
    ),
    (
        "What material requests ask for is not seen by this person.",
        pgettext_lazy(
            "note",
            "Your permissions do not show what material requests ask for.",
        ),
    ),
    (
        "Only documents from {since} to {until} were examined: give since for older ones.",
        pgettext_lazy(
            "note",
            "Only documents from %(since)s to %(until)s were read.",
        ),
    ),
    (
        "responsible is not a known person: it was compared with the names in the orders.",
        pgettext_lazy(
            "note",
            "The person responsible is not in the list of people: names in the orders were compared.",
        ),
    ),
    (
        "Only the tasks that match the filter are shown; priority and overdue describe the whole order, "
        "which get_work_order shows.",
        pgettext_lazy(
            "note",
            "Only the tasks that match are shown; priority and delay are those of the whole work order.",
        ),
    ),
    (
        "The question fits at most {count} tasks; an order may have several.",
        pgettext_lazy(
            "note",
            "At most %(count)s tasks match; a work order may have several.",
        ),
    ),
    (
        "The question fits {count} tasks; an order may have several.",
        pgettext_lazy(
            "note",
            "Tasks that match: %(count)s; a work order may have several.",
        ),
    ),
    (
        "Not all assets of the location could be read: work on others is missing.",
        pgettext_lazy(
            "note",
            "Not all assets of the location could be read: work on the others is missing.",
        ),
    ),
    (
        "Pending tasks have no responsible person yet, so they are left out.",
        pgettext_lazy(
            "note",
            "Pending tasks have nobody responsible yet, so they are left out.",
        ),
    ),
    (
        "{count} later tasks are counted and not shown: raise limit or shorten the period.",
        pgettext_lazy(
            "note",
            "Later tasks that are counted and not shown: %(count)s.",
        ),
    ),
    (
        "The location has more assets than could be read: requests about the others are missing.",
        pgettext_lazy(
            "note",
            "Not all assets of the location could be read: requests about the others are missing.",
        ),
    ),
    (
        "Only the first {count} {what} could be examined; there are more.",
        pgettext_lazy(
            "note",
            "Only the first %(count)s records could be read; there are more.",
        ),
    ),
    (
        "{count} record{s} could not be read{because} and {verb} missing here.",
        pgettext_lazy(
            "note",
            "Records that could not be read and are missing here: %(count)s.",
        ),
    ),
)

"""Notes of metrics, and what a page says for them. `{name}` stands for what changes in a note."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

NOTES_OF_METRICS: Sequence[tuple[str, Promise | str]] = (
    (
        "This person sees only their own work orders; others are not counted.",
        pgettext_lazy(
            "note",
            "You see only your own work orders; the others are not counted.",
        ),
    ),
    (
        "Only the person's own work orders are seen.",
        pgettext_lazy(
            "note",
            "You see only your own work orders; the others are not counted.",
        ),
    ),
    (
        "{shown} of {found} rows are shown, overall covers all{rest}.",
        pgettext_lazy(
            "note",
            "%(shown)s of %(found)s rows are shown; the totals are of all of them.",
        ),
    ),
    (
        "The age of {count} orders is not known: they are in no band.",
        pgettext_lazy(
            "note",
            "Work orders of unknown age, which are in no band: %(count)s.",
        ),
    ),
    (
        "Which orders wait for parts is not told: this person lacks the permission {right}.",
        pgettext_lazy(
            "note",
            "Your permissions do not show which orders wait for parts.",
        ),
    ),
    (
        "{count} tasks have no estimate: hours are of the others.",
        pgettext_lazy(
            "note",
            "Tasks without an estimate: %(count)s. The hours are of the others.",
        ),
    ),
    (
        "People may have other work than this: who is free is told for the whole company only.",
        pgettext_lazy(
            "note",
            "People may have other work: who is free is only said of the whole company.",
        ),
    ),
    (
        "People without open work are not listed: this person may not see the people.",
        pgettext_lazy(
            "note",
            "People without open work are not listed: your permissions do not show them.",
        ),
    ),
    (
        "Statuses are those of now: orders of the earlier period had more time to be completed.",
        pgettext_lazy(
            "note",
            "The statuses are those of now: orders of the earlier period had more time to be finished.",
        ),
    ),
    (
        "Rows by month are compared where the period is of whole months, or with previous_year.",
        pgettext_lazy(
            "note",
            "Months are compared only where the period is of whole months, or with the previous year.",
        ),
    ),
    (
        "Of {unknown} of the {tasks} tasks the cost is not known, which is not zero: sums are of the "
        "others. It may be that this person does not see costs.",
        pgettext_lazy(
            "note",
            "Tasks of unknown cost: %(unknown)s of %(tasks)s. The sums are of the others. Your permissions "
            "may not show costs.",
        ),
    ),
    (
        "The tasks say {said} of services, the services entered in them {entered}: the difference is in "
        "the row {row}.",
        pgettext_lazy(
            "note",
            "The tasks add up to %(said)s of services, and the services entered in them to %(entered)s. "
            "The difference is in the row “%(row)s”.",
        ),
    ),
    (
        "Of {count} planned parts that lie nowhere the code was not read.",
        pgettext_lazy(
            "note",
            "Planned parts without stock whose code was not read: %(count)s.",
        ),
    ),
    (
        "The real duration of {count} tasks is not known: hours are of the others.",
        pgettext_lazy(
            "note",
            "Tasks of unknown real duration: %(count)s. The hours are of the others.",
        ),
    ),
    (
        "{count} purchase orders are open (papers). Fracttal One does not say what is in them, so nothing "
        "was taken off: look at them before buying.",
        pgettext_lazy(
            "note",
            "Open purchase orders: %(count)s. What is in them is not known, so nothing was taken off: look "
            "at them before you buy.",
        ),
    ),
    (
        "No price is known of {count} items: known_cost is without them.",
        pgettext_lazy(
            "note",
            "Items of unknown price, which the cost leaves out: %(count)s.",
        ),
    ),
    (
        "Not all {what} could be read, an unknown number of them are missing: choose a shorter period or a "
        "smaller scope.",
        pgettext_lazy(
            "note",
            "Not all records could be read. Choose a shorter period, or fewer assets or locations.",
        ),
    ),
    (
        "Not all {what} could be read, at most {missing} of them are missing: choose a shorter period or a "
        "smaller scope.",
        pgettext_lazy(
            "note",
            "Not all records could be read; at most %(missing)s are missing. Choose a shorter period, or "
            "fewer assets or locations.",
        ),
    ),
    (
        "Not all {what} could be read, {missing} of them are missing: choose a shorter period or a smaller "
        "scope.",
        pgettext_lazy(
            "note",
            "Not all records could be read; %(missing)s are missing. Choose a shorter period, or fewer "
            "assets or locations.",
        ),
    ),
    (
        "{parts} components (parts of equipment) are counted as assets, with {failed} failures.",
        pgettext_lazy(
            "note",
            "Components are counted as assets: %(parts)s, with %(failed)s failures.",
        ),
    ),
    (
        "{parts} components (parts of equipment) and their {failed} failures are not counted: components "
        "true counts them too.",
        pgettext_lazy(
            "note",
            "Components are not counted: %(parts)s, with %(failed)s failures.",
        ),
    ),
    (
        "{unnamed} of {all} assets have no {word} in Fracttal One: they are the row {row}.",
        pgettext_lazy(
            "note",
            "%(unnamed)s of %(all)s assets have nothing to be grouped by: they are the row “%(row)s”.",
        ),
    ),
    (
        "{unnamed} of {all} failures have no {word} in Fracttal One: they are the row {row}.",
        pgettext_lazy(
            "note",
            "%(unnamed)s of %(all)s failures have nothing to be grouped by: they are the row “%(row)s”.",
        ),
    ),
    (
        "{count} asset{s} failed after the start of a stop that nobody closed: the downtime is probably "
        "too high. group_by asset shows failures_since_open.",
        pgettext_lazy(
            "note",
            "Assets that failed again while a stop that nobody closed still runs: %(count)s. The time out "
            "of service is probably too high.",
        ),
    ),
    (
        "The {count} assets are too many to be listed in one question: components are counted as assets of "
        "their own, and records of any asset are counted.{rest}",
        pgettext_lazy(
            "note",
            "There are too many assets to list them (%(count)s): components are counted as assets, and the "
            "records of any asset are counted.",
        ),
    ),
    (
        "{older} older out-of-service records were not examined. Of stops that nobody closed since before "
        "the period, the newest of each of {dated} assets is counted, which say since when they are out of "
        "service; {undated} more do not say it.{rest}",
        pgettext_lazy(
            "note",
            "Older out-of-service records that were not read: %(older)s. Of stops that are still open "
            "since before the period, the newest is counted of %(dated)s assets; for %(undated)s more its "
            "start is not known.",
        ),
    ),
    (
        "Of {count} stops that began before the period it was not looked up whether a failure caused them: "
        "they count as not caused by one.",
        pgettext_lazy(
            "note",
            "Stops from before the period whose cause was not looked up: %(count)s. They count as not "
            "caused by a failure.",
        ),
    ),
    (
        "The stock of {count} items in a warehouse is not known: they are not shown.",
        pgettext_lazy(
            "note",
            "Items of unknown stock in a warehouse, which are not shown: %(count)s.",
        ),
    ),
    (
        "The cost of {left} of {all} items was not read.{rest}",
        pgettext_lazy(
            "note",
            "Items whose cost was not read: %(left)s of %(all)s.",
        ),
    ),
    (
        "{count} parts of work orders are not counted: they say no quantity used, or no item.",
        pgettext_lazy(
            "note",
            "Parts of work orders without a quantity or an item, not counted: %(count)s.",
        ),
    ),
    (
        "What other people's orders used is not seen, so less may be idle.",
        pgettext_lazy(
            "note",
            "You do not see what the orders of other people used, so less may be idle.",
        ),
    ),
    (
        "Fracttal One gave no usable total of tasks for: {statuses}.",
        pgettext_lazy(
            "note",
            "Of some statuses the total of tasks is not known.",
        ),
    ),
    (
        "For {count} pairs of a counter and a task no date can be told: without a reading, without an "
        "average above 0, or without a step in the unit of the counter.",
        pgettext_lazy(
            "note",
            "Tasks of counters for which no date can be told: %(count)s. They lack a reading, an average "
            "above 0, or a step in the unit of the counter.",
        ),
    ),
    (
        "This person may not see assets: meters of inactive ones are counted as well.",
        pgettext_lazy(
            "note",
            "Your permissions do not show assets: meters of inactive ones are counted as well.",
        ),
    ),
)
# Said by reliability in place of a mean time between failures.
TOO_FEW: Sequence[tuple[str, Promise | str]] = (
    (
        "No failure in {hours} hours.",
        pgettext_lazy(
            "note",
            "No failure in %(hours)s hours.",
        ),
    ),
    (
        "{failures} failure{s} in {hours} hours: too few for an MTBF.",
        pgettext_lazy(
            "note",
            "Too few failures for a mean time between failures: %(failures)s in %(hours)s hours.",
        ),
    ),
)

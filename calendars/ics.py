"""Writes planned work as a calendar of RFC 5545."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from calendars.reader import Planned
from mcp_gateway.calls.record_urls import own_host, record_url, records_url
from mcp_gateway.tools.kit.text import NAME, TEXT, cleaned
from mcp_gateway.tools.work.planned_records import PlannedWork

REFRESH = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def calendar(
    planned: Planned, *, company_id: int, company: str, zone: dt.tzinfo, stamp: dt.datetime
) -> bytes:
    """Return the calendar as bytes. `stamp` is the time of its events' making."""
    made = Calendar()
    made.add("prodid", "-//Fracttal One//Planned work//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    name = _("%(company)s: planned work") % {"company": company}
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for each in _events(planned, company_id, zone, stamp):
        made.add_component(each)
    written: bytes = made.to_ical()
    return written


def _events(planned: Planned, company_id: int, zone: dt.tzinfo, stamp: dt.datetime) -> Iterable[Event]:
    if not planned.is_whole:
        yield _notice(company_id, zone, stamp)
    for work in planned.work:
        yield _event(work, company_id, zone, stamp)


def _event(work: PlannedWork, company_id: int, zone: dt.tzinfo, stamp: dt.datetime) -> Event:
    task, asset = cleaned(work.task, TEXT) or _("Task"), cleaned(work.asset, TEXT)
    kind = "order-task" if work.folio else "pending-task"
    event = _at(f"{kind}-{work.number or work.folio}", company_id, stamp)
    event.add("summary", f"{work.folio} · {task}" if work.folio else task)
    if work.whole_day(zone):
        day = work.at.astimezone(zone).date()
        event.add("dtstart", day)
        event.add("dtend", day + DAY)
    else:
        begin = work.at.astimezone(dt.UTC).replace(microsecond=0)
        event.add("dtstart", begin)
        if work.seconds:
            event.add("dtend", begin + dt.timedelta(seconds=round(work.seconds)))
    if asset:
        event.add("location", asset)
    event.add("description", "\n".join(_details(work)))
    event.add("categories", [_("Work order") if work.folio else _("Pending task")])
    event.add("url", record_url("work-orders", work.folio) if work.folio else records_url("work-orders"))
    return event


def _details(work: PlannedWork) -> Iterable[str]:
    if responsible := cleaned(work.responsible, NAME):
        yield _("Responsible: %(name)s") % {"name": responsible}
    if work.seconds:
        yield _("Estimated: %(hours)s h") % {"hours": round(work.seconds / 3600, 2)}
    if not work.folio:
        yield _("No work order exists for this yet.")


def _notice(company_id: int, zone: dt.tzinfo, stamp: dt.datetime) -> Event:
    """Say inside of the calendar that work is missing, since no program shows its description."""
    event = _at("incomplete", company_id, stamp)
    today = stamp.astimezone(zone).date()
    event.add("summary", _("This calendar is not complete: not all planned work could be read."))
    event.add("dtstart", today)
    event.add("dtend", today + DAY)
    return event


def _at(name: str, company_id: int, stamp: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}.{company_id}@{own_host()}")
    event.add("dtstamp", stamp.astimezone(dt.UTC).replace(microsecond=0))
    event.add("transp", "TRANSPARENT")
    return event

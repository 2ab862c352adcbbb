"""The time zones that people choose from: places, by part of the world.

The database of IANA also has old names such as Zulu, GB or Factory. They stay valid where they are stored.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REGIONS = {
    "America": _("America"),
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
    "Antarctica": _("Antarctica"),
}
Choice = tuple[str, str]


@cache
def _names() -> tuple[str, ...]:
    """Return the names of the database, which is a folder of some six hundred files."""
    return tuple(sorted(zoneinfo.available_timezones()))


def choices(present: str = "") -> list[Choice | tuple[str | Promise, list[Choice]]]:
    """Return the zones as a form offers them; `present` is among them whatever its name is."""
    groups: dict[str, list[Choice]] = {region: [] for region in REGIONS}
    for name in _names():
        region, _slash, place = name.partition("/")
        if region in groups and place:
            groups[region].append((name, place.replace("_", " ")))
    others = [("UTC", "UTC")]
    if present != "UTC" and present.partition("/")[0] not in groups:
        others.append((present, present))
    return [
        *((name, label) for name, label in others if name),
        *((REGIONS[region], places) for region, places in groups.items()),
    ]

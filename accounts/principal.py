"""The principal of a request: a user in a company, or the company itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pause:
    """An administrator's pause of all writes by assistants and programs of a company."""

    by: str  # the administrator's name
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The rights and the identity behind one request.

    `user_id` is None where a program acts for the company (client credentials); `rights`
    are then those of the permission group of its consumer.
    """

    company_id: int
    company_name: str
    language: str
    time_zone: str
    currency: str = ""  # ISO 4217; "" if the company has none set
    hours_per_week: float | None = None  # working week of a person; None if the company has none set
    rights: frozenset[str]
    group_name: str = ""
    user_id: int | None = None
    user_name: str = ""
    user_email: str = ""
    own_work_orders_only: bool = False
    via_app: str = ""  # the app that acts for the user or the company; "" for the person's own hand
    writes_paused: Pause | None = None
    # From where the principal may come (accounts/networks.py); empty: from anywhere.
    networks: tuple[str, ...] = ()
    # What an administrator forbids this principal at the REST API: method and resource, as `GET items`.
    withheld: frozenset[str] = frozenset()

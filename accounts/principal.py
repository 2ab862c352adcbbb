"""The principal of a request: a user in a company, or the company itself."""

from __future__ import annotations

from dataclasses import dataclass


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
    rights: frozenset[str]
    group_name: str = ""
    user_id: int | None = None
    user_name: str = ""
    user_email: str = ""
    own_work_orders_only: bool = False

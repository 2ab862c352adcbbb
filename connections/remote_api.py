"""Where a company's data is, when it is not here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteApi:
    """`company_id` is the company's id there; None until somebody has linked or tested."""

    connection_id: int
    base_url: str
    company_id: int | None

"""The address of a company's data at Fracttal One."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteApi:
    """The remote API of a company.

    `company_id` is the company's id there; None until somebody linked or tested.
    """

    connection_id: int
    base_url: str
    company_id: int | None

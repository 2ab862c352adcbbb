"""Finds out which company and account a token of Fracttal One belongs to.

No resource tells (docs/reference/fracttal-api.md#grants-and-tokens), so the company is taken from the first
record that names one. A token may be a JWT that names the account. It came straight from the token endpoint,
so its claims are read without checking a signature.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from connections.http import get
from connections.token_requests import Unavailable
from consumers.outbound.client import NoReply, Unreachable

# A person who may see anything may see one of these, and each of their rows names the company.
_NAMING_THE_COMPANY = ("items", "work_requests", "work_orders", "warehouses")


class TokenRefused(Exception):
    """The API does not accept the token."""


class CompanyUnknown(Exception):
    """No record that this account may see names its company."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The company and account at Fracttal One.

    If the token does not name the account, its id is None and its e-mail "".
    """

    company_id: int
    account_id: int | None = None
    account_email: str = ""


def identify(api_url: str, token: str) -> Identity:
    """Return the company and account of a token. Raises TokenRefused, CompanyUnknown, Unavailable."""
    for name in _NAMING_THE_COMPANY:
        try:
            reply = get(f"{api_url}/{name}?start=0&limit=1", token=token)
        except (Unreachable, NoReply):
            raise Unavailable from None
        if reply.status == 401 and reply.json.get("message") != "UNAUTHORIZED_ENDPOINT":
            raise TokenRefused
        if reply.status == 429 or reply.status == 406 or reply.status >= 500:
            raise Unavailable
        company_id = _company_in(reply.json) if reply.status == 200 else None
        if company_id is not None:
            claims = _claims(token)
            email = claims.get("email")
            return Identity(
                company_id,
                _number(claims.get("id_account")),
                email[:254] if isinstance(email, str) and email.isprintable() else "",
            )
    raise CompanyUnknown


def _company_in(answer: dict[str, Any]) -> int | None:
    data = answer.get("data")
    rows = data if isinstance(data, list) else [data]
    return next((found for row in rows if (found := _number(_field(row, "id_company"))) is not None), None)


def _field(row: object, name: str) -> object:
    return row.get(name) if isinstance(row, dict) else None


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

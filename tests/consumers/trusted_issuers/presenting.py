"""A company that trusts an issuer, and a program that presents its assertion."""

from __future__ import annotations

from typing import Any

from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.issuers import IdentityProvider

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def trust(world: World, idp: IdentityProvider, **fields: Any) -> TrustedIssuer:
    values: dict[str, Any] = {
        "company": world.company,
        "name": "Okta",
        "issuer": idp.issuer,
        "vouches_for_email": True,
        "read_only": False,
    }
    made: TrustedIssuer = TrustedIssuer.objects.create(**(values | fields))
    return made


def present(program: Program, assertion: str, **fields: str | None) -> Any:
    return program.token(grant_type=GRANT, assertion=assertion, **fields)

"""Requests that schemathesis makes of the description of the administration API (case 284).

    .venv/bin/python -m tests.blackbox.soak.fuzz_api 50

The number is that of examples for each operation. No answer may be a 5xx.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from tests.blackbox.product import ENGINES, Product, product
from tests.process.server import ROOT

SCHEMATHESIS = ROOT / "var" / "soak" / "bin" / "schemathesis"
ALLOW_ADMINISTRATION = (
    "from accounts.models import PermissionGroup; from consumers.models import Consumer;"
    "c = Consumer.objects.get(client_id='{key}'); c.may_administer = True;"
    "c.permission_group = PermissionGroup.objects.get(company=c.company, name='Administrators'); c.save()"
)


def token(system: Product, resource: str, scope: str) -> str:
    program = system.server.create_consumer(f"Fuzz {resource}", grant="client-credentials")
    system.server.manage("shell", "-v0", "-c", ALLOW_ADMINISTRATION.format(key=program["key"]))
    form = {"grant_type": "client_credentials", "resource": f"{system.url}{resource}", "scope": scope}
    answer = httpx.post(
        f"{system.url}/oauth/token", data=form, auth=(program["key"], program["secret"]), timeout=60
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def main(examples: int) -> int:
    with (
        tempfile.TemporaryDirectory() as directory,
        product(ENGINES[0], Path(directory), API_REQUESTS_PER_MINUTE="0") as system,
    ):
        access = token(system, "/api/admin", "admin:read admin:write")
        return subprocess.run(
            [
                SCHEMATHESIS, "run", f"{system.url}/api/admin/v1/openapi.json",
                "--header", f"Authorization: Bearer {access}",
                "--checks", "not_a_server_error", "--max-examples", str(examples), "--workers", "2",
            ],
            check=False,
        ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))

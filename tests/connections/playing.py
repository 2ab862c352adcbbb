"""The answers of Fracttal One while a connection is tested."""

from __future__ import annotations

from typing import Any

from tests.connections.conftest import Answer


def playing(
    code: Answer, program: Answer, api: Answer = (200, b'{"success": true, "data": [{"id_company": 1190}]}')
) -> Any:
    def script(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
        if path != "/oauth/token":
            return api
        return code if fields["grant_type"] == "authorization_code" else program

    return script

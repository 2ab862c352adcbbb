"""The addresses of a link, and what answers there for one company."""

from __future__ import annotations

import json
from typing import Any

from tests.connections.conftest import Answer, error, tokens
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register

LINK = "/profile/fracttal-one/"
CODE = "code-of-fracttal-one"


def with_company(company: object = 1190, **pair: Any) -> Any:
    """Serve a company with one asset; CODE can be exchanged once for a pair of tokens."""

    def script(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
        if path == "/oauth/token":
            return tokens(1, **pair) if fields.get("code") == CODE else error("invalid_grant")
        data = [] if company is None else [{"id_company": company}]
        return 200, json.dumps({"success": True, "data": data, "total": len(data)}).encode()

    return script

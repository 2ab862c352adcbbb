"""Sample calls for a program that acts for the company: curl, Python, Google Apps Script and n8n.

Each one requests a token and reads something. None contains the secret: it comes from the secret store of
that tool. The texts are in templates/consumers/calls/.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACCEPT = "application/json, text/event-stream"
WHOAMI = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "whoami", "arguments": {}}}
)


@dataclass(frozen=True, slots=True)
class ProgramCall:
    name: str
    before: Promise
    text: str


def program_calls(key: str, *, remote: bool) -> list[ProgramCall]:
    """Render the samples for the REST API, or for the MCP server if the data is at Fracttal One."""
    facts = {
        "key": key,
        "token_url": f"{settings.PUBLIC_URL}/oauth/token",
        "url": settings.MCP_RESOURCE if remote else f"{settings.API_RESOURCE}/work_orders?limit=5",
        "body": WHOAMI if remote else "",
        "accept": ACCEPT,
    }
    return [
        ProgramCall(
            "curl",
            _("In a shell. First put the secret in the environment variable FRACTTAL_SECRET."),
            _filled("curl", facts),
        ),
        ProgramCall(
            "Python",
            _("Needs only Python. First put the secret in the environment variable FRACTTAL_SECRET."),
            _filled("python", facts),
        ),
        ProgramCall(
            "Google Apps Script",
            _("First put the secret under Project Settings > Script Properties as FRACTTAL_SECRET."),
            _filled("apps_script", facts),
        ),
        ProgramCall(
            "n8n",
            _(
                "Paste this into a workflow. Then choose a credential of the type OAuth2 API in the "
                "node: grant type Client Credentials, the token URL as Access Token URL, the key as "
                "Client ID, the secret as Client Secret, no scope."
            ),
            _n8n(facts["url"], facts["body"]),
        ),
    ]


def _filled(name: str, facts: dict[str, str]) -> str:
    return render_to_string(f"consumers/calls/{name}.txt", facts).strip()


def _n8n(url: str, body: str) -> str:
    parameters: dict[str, object] = {
        "method": "POST" if body else "GET",
        "url": url,
        "authentication": "genericCredentialType",
        "genericAuthType": "oAuth2Api",
        "options": {},
    }
    if body:
        parameters |= {
            "sendHeaders": True,
            "headerParameters": {"parameters": [{"name": "Accept", "value": ACCEPT}]},
            "sendBody": True,
            "specifyBody": "json",
            "jsonBody": body,
        }
    node = {
        "name": "Fracttal One",
        "type": "n8n-nodes-base.httpRequest",
        "typeVersion": 4.2,
        "position": [0, 0],
        "parameters": parameters,
    }
    return json.dumps({"nodes": [node], "connections": {}}, indent=2)

"""A first call for a program that acts for the company, to copy: curl, Python, Google Apps Script and n8n.

Each asks for a token and reads. The secret stands in none of them: it comes from where each keeps secrets.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHOAMI = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "whoami", "arguments": {}}}
)


@dataclass(frozen=True, slots=True)
class ProgramCall:
    name: str
    before: Promise
    text: str


@dataclass(frozen=True, slots=True)
class _Request:
    """`body` is empty for a GET."""

    url: str
    body: str
    headers: dict[str, str]


def program_calls(key: str, *, remote: bool) -> list[ProgramCall]:
    """At the API where the data is here; at the MCP server, which reaches it, where it is at Fracttal One."""
    if remote:
        accept = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        request = _Request(settings.MCP_RESOURCE, WHOAMI, accept)
    else:
        request = _Request(f"{settings.API_RESOURCE}/work_orders?limit=5", "", {})
    token_url = f"{settings.PUBLIC_URL}/oauth/token"
    return [
        ProgramCall(
            "curl",
            _("In a shell. Put the secret into the environment variable FRACTTAL_SECRET first."),
            _curl(key, token_url, request),
        ),
        ProgramCall(
            "Python",
            _(
                "Needs nothing besides Python. Put the secret into the environment variable "
                "FRACTTAL_SECRET first."
            ),
            _python(key, token_url, request),
        ),
        ProgramCall(
            "Google Apps Script",
            _("Put the secret under Project Settings > Script Properties as FRACTTAL_SECRET first."),
            _apps_script(key, token_url, request),
        ),
        ProgramCall(
            "n8n",
            _(
                "Paste this into a workflow. Then choose in the node a credential of the type OAuth2 API: "
                "grant type Client Credentials, the token URL as Access Token URL, the key as Client ID, "
                "the secret as Client Secret, no scope."
            ),
            _n8n(request),
        ),
    ]


def _curl(key: str, token_url: str, request: _Request) -> str:
    lines = [
        f'TOKEN=$(printf \'user = "{key}:%s"\' "$FRACTTAL_SECRET" \\',
        f"  | curl -fsS -K - -d grant_type=client_credentials {token_url} \\",
        '  | sed -n \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/p\')',
        'printf \'header = "Authorization: Bearer %s"\' "$TOKEN" \\',
        "  | curl -fsS -K - \\",
        *(f"    -H '{name}: {value}' \\" for name, value in request.headers.items()),
        *([f"    -d '{request.body}' \\"] if request.body else []),
        f"    '{request.url}'",
    ]
    return "\n".join(lines)


def _python(key: str, token_url: str, request: _Request) -> str:
    body = f"{request.body!r}.encode()" if request.body else "None"
    return f'''import base64, json, os, urllib.request

pair = "{key}:" + os.environ["FRACTTAL_SECRET"]
asking = urllib.request.Request(
    "{token_url}",
    data=b"grant_type=client_credentials",
    headers={{"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}},
)
token = json.load(urllib.request.urlopen(asking))["access_token"]
reading = urllib.request.Request(
    "{request.url}",
    data={body},
    headers={json.dumps(request.headers)} | {{"Authorization": "Bearer " + token}},
)
print(json.load(urllib.request.urlopen(reading)))'''


def _apps_script(key: str, token_url: str, request: _Request) -> str:
    method = f"\n    method: 'post',\n    payload: '{request.body}'," if request.body else ""
    kinds = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    content = "\n    contentType: 'application/json'," if request.body else ""
    extra = "".join(f", {json.dumps(name)}: {json.dumps(value)}" for name, value in kinds.items())
    return f"""function readFracttal() {{
  const secret = PropertiesService.getScriptProperties().getProperty('FRACTTAL_SECRET');
  const granted = UrlFetchApp.fetch('{token_url}', {{
    method: 'post',
    headers: {{ Authorization: 'Basic ' + Utilities.base64Encode('{key}:' + secret) }},
    payload: {{ grant_type: 'client_credentials' }},
  }});
  const token = JSON.parse(granted.getContentText()).access_token;
  const answer = UrlFetchApp.fetch('{request.url}', {{{method}{content}
    headers: {{ Authorization: 'Bearer ' + token{extra} }},
  }});
  console.log(JSON.parse(answer.getContentText()));
}}"""


def _n8n(request: _Request) -> str:
    parameters: dict[str, object] = {
        "method": "POST" if request.body else "GET",
        "url": request.url,
        "authentication": "genericCredentialType",
        "genericAuthType": "oAuth2Api",
        "options": {},
    }
    if request.body:
        given = [{"name": name, "value": value} for name, value in request.headers.items()]
        parameters |= {
            "sendHeaders": True,
            "headerParameters": {"parameters": given},
            "sendBody": True,
            "specifyBody": "json",
            "jsonBody": request.body,
        }
    node = {
        "name": "Fracttal One",
        "type": "n8n-nodes-base.httpRequest",
        "typeVersion": 4.2,
        "position": [0, 0],
        "parameters": parameters,
    }
    return json.dumps({"nodes": [node], "connections": {}}, indent=2)

"""ChatGPT's form for a custom MCP server, as OpenAI's pages describe it (docs/guides/chatgpt.en.md).

It uses what was typed: the key in the authorization request, the secret for the token.
"""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from playwright.sync_api import BrowserContext

from consumers.models import Consumer
from tests.consumers.conftest import Program

CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>ChatGPT</title>
<button data-next="plugins">Plugins</button>
<div id="plugins" hidden><button data-next="kinds">+</button></div>
<div id="kinds" hidden><button data-next="server">Add custom MCP server</button></div>
<form id="server" hidden>
<label>Name <input name="name"></label><label>Server URL <input name="url"></label>
<label>Authentication <select name="authentication"><option>OAuth<option>No authentication</select></label>
<label>Client ID <input name="key"></label><label>Client secret <input name="secret" type="password"></label>
<label><input type="checkbox" required> I understand and want to continue</label>
<button>Create as a plugin</button></form>
<div id="created" hidden><button id="connect">Connect</button></div><p id="status"></p>
<script>
const show = (id) => { document.getElementById(id).hidden = false };
for (const button of document.querySelectorAll("[data-next]")) {
  button.onclick = () => show(button.dataset.next);
}
let address;
document.getElementById("server").onsubmit = async (event) => {
  event.preventDefault();
  const typed = Object.fromEntries(new FormData(event.target));
  address = await (await fetch("/create", { method: "POST", body: JSON.stringify(typed) })).text();
  show("created");
};
document.getElementById("connect").onclick = () => window.open(address, "authorize", "popup");
addEventListener("message", (event) => { document.getElementById("status").textContent = event.data });
</script>"""
BACK = "<!doctype html><title>ChatGPT</title><script>opener.postMessage('{said}', '*'); close()</script>"


class ConnectorForm:
    """Serves chatgpt.com in the browser of one person."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.typed: dict[str, str] = {}
        self.program: Program | None = None
        context.route("https://chatgpt.com/**", self._answer)

    def _answer(self, route: Any) -> None:
        url = route.request.url
        if url.endswith("/create"):
            self.typed = json.loads(route.request.post_data)
            consumer = Consumer.objects.get(client_id=self.typed["key"])
            self.program = Program(consumer, self.typed["secret"], callback=CALLBACK)
            route.fulfill(body=f"{self.site}{self.program.address()}")
        elif url.startswith(CALLBACK):
            assert self.program
            self.program.http = Client()
            code = url.partition("code=")[2].partition("&")[0]
            done = self.program.redeem(code).status_code == 200
            page = BACK.replace("{said}", "Connected" if done else "Failed")
            route.fulfill(body=page, content_type="text/html")
        else:
            route.fulfill(body=PAGE, content_type="text/html")

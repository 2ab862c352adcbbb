"""What each known assistant needs: the callbacks it uses and where its people paste what we give them.

Facts about other companies' products, read on the day in CHECKED_ON; they change without notice, so
the words lead to the value that the assistant itself shows wherever it shows one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECKED_ON = date(2026, 11, 23)

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Preset:
    """`callbacks` are filled in; `callback_help` says which ones only the assistant knows.

    `next_step` follows the first save. `needs_endpoints` marks assistants whose form asks
    for the authorization and token addresses.
    """

    slug: str
    name: Text
    callbacks: tuple[str, ...]
    callback_help: Text
    next_step: Text
    needs_endpoints: bool = False


PRESETS: dict[str, Preset] = {
    preset.slug: preset
    for preset in (
        Preset(
            "chatgpt",
            "ChatGPT",
            (),
            _(
                "ChatGPT makes a callback for each app: https://chatgpt.com/connector/oauth/… It shows it "
                "while you create the app there, so save first, and add it here when you see it."
            ),
            _(
                "In ChatGPT, with developer mode on, open Settings > Apps & Connectors > Create, paste the "
                "MCP server URL, the key as client ID and the secret as client secret; then copy the "
                "callback URL shown there into this consumer."
            ),
        ),
        Preset(
            "claude",
            "Claude",
            ("https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"),
            _("Claude on the web, desktop and phone uses these two. Nothing to paste."),
            _(
                "In Claude open Settings > Connectors > Add custom connector, paste the MCP server URL, and "
                "under Advanced settings the key as client ID and the secret as client secret."
            ),
        ),
        Preset(
            "vscode",
            "VS Code",
            (
                "http://127.0.0.1:33418/",
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
            ),
            _("VS Code uses these three. Nothing to paste."),
            _(
                "In VS Code run the command MCP: Add Server, choose HTTP, paste the MCP server URL, and give "
                "the key and the secret when it asks for client ID and client secret."
            ),
        ),
        Preset(
            "cursor",
            "Cursor",
            (
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback",
            ),
            _("Cursor uses these three, on the desktop and in the cloud. Nothing to paste."),
            _(
                "In Cursor open Settings > MCP > New server and write the MCP server URL, the key as "
                "CLIENT_ID and the secret as CLIENT_SECRET into mcp.json."
            ),
        ),
        Preset(
            "copilot-studio",
            "Copilot Studio",
            ("https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect",),
            _(
                "Declarative agents use the one filled in. A Copilot Studio connector has one of its own, "
                "https://global.consent.azure-apim.net/redirect/…: it is shown once the connector is "
                "created, so save first, and add it here when you see it."
            ),
            _(
                "In Copilot Studio add a tool of the type Model Context Protocol, paste the MCP server URL, "
                "choose OAuth 2.0 > Manual, and paste key, secret and the addresses below; then copy the "
                "redirect URL shown there into this consumer."
            ),
            needs_endpoints=True,
        ),
        Preset(
            "gemini",
            "Gemini",
            ("http://localhost:7777/oauth/callback",),
            _(
                "Gemini CLI uses the one filled in. Gemini on the web has one for each person, "
                "https://oauth-redirect.googleusercontent.com/r/…, and Gemini Enterprise shows its own in "
                "the console: save first, and add it here when you see it."
            ),
            _(
                "In Gemini add a custom app, or in Gemini Enterprise a custom MCP server, and paste the MCP "
                "server URL, the key as client ID, the secret as client secret and the addresses below; "
                "then copy the callback shown there into this consumer."
            ),
            needs_endpoints=True,
        ),
        Preset(
            "inspector",
            "MCP Inspector",
            ("http://localhost:6274/oauth/callback", "http://127.0.0.1:6276/oauth/callback"),
            _("The Inspector in the browser uses the first, its command line the second. For tests."),
            _(
                "In the Inspector choose Streamable HTTP, paste the MCP server URL, open Authentication and "
                "paste the key as client ID and the secret as client secret."
            ),
        ),
        Preset(
            "other",
            _("Another program"),
            (),
            _("Copy it from the program. It must match to the letter, from https:// to the last sign."),
            _("Give the program the MCP server URL, the key as client ID and the secret as client secret."),
            needs_endpoints=True,
        ),
    )
}


def preset_of(slug: str) -> Preset:
    return PRESETS.get(slug) or PRESETS["other"]

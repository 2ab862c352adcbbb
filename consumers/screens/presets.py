"""What each known assistant needs: the callbacks it uses, and where to paste what we issue.

These are facts about other companies' products, each with its source and the date it was read. They change
without notice, so the texts point to the value that the assistant itself shows, if it shows one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consumers.callbacks import is_registered

FIRST, LATER = date(2026, 11, 23), date(2026, 11, 29)

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Preset:
    """One assistant.

    `callbacks` are filled in; `callback_help` describes those that only the assistant knows. `pattern` fits
    the whole of those, bound to the assistant's own host or to the person's computer. `own_host_pattern` fits
    those of an assistant that each company runs on a host of its own.

    `next_step` is shown after the first save. `needs_endpoints` marks assistants whose form asks for the
    authorization and token URLs.
    """

    slug: str
    name: Text
    callbacks: tuple[str, ...]
    callback_help: Text
    next_step: Text
    needs_endpoints: bool = False
    source: str = ""
    pattern: str = ""
    own_host_pattern: str = ""
    checked_on: date = FIRST


PRESETS: dict[str, Preset] = {
    preset.slug: preset
    for preset in (
        Preset(
            "chatgpt",
            "ChatGPT",
            (),
            _(
                "ChatGPT creates a callback URL for each app, https://chatgpt.com/connector/oauth/…, "
                "and shows it while you create the app there. Save now and add it later."
            ),
            _(
                "In ChatGPT open Plugins, press + and choose Add custom MCP server (in older menus "
                "Settings > Apps & Connectors > Create), paste the MCP server URL, the key as client ID and "
                "the secret as client secret; then copy the callback URL shown there into this consumer."
            ),
            source="developers.openai.com, Apps SDK > Authentication",
            pattern=r"https://chatgpt\.com/connector(/oauth/[A-Za-z0-9_-]+|_platform_oauth_redirect)",
        ),
        Preset(
            "claude",
            "Claude",
            ("https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"),
            _("Claude on the web, desktop and phone uses these two. There is nothing to paste."),
            _(
                "In Claude open Settings > Connectors > Add custom connector, paste the MCP server URL, and "
                "under Advanced settings the key as client ID and the secret as client secret."
            ),
            source="support.claude.com, Building custom connectors",
        ),
        Preset(
            "vscode",
            "VS Code",
            (
                "http://127.0.0.1:33418/",
                "https://vscode.dev/redirect",
                "https://insiders.vscode.dev/redirect",
            ),
            _(
                "VS Code uses these three, the first with any port and with or without the trailing "
                "slash. There is nothing to paste."
            ),
            _(
                "In VS Code run the command MCP: Add Server, choose HTTP, paste the MCP server URL, "
                "and enter the key and the secret when it asks for client ID and client secret."
            ),
            source="microsoft/vscode: source of the MCP client, #278512 and pull request 260446",
        ),
        Preset(
            "cursor",
            "Cursor",
            (
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback",
            ),
            _(
                "Cursor uses these three, on the desktop and in the cloud. Some versions use one for "
                "each server, cursor://anysphere.cursor-mcp/oauth/user-NAME/callback: add it if the "
                "page names it."
            ),
            _(
                "In Cursor open Settings > MCP > New server and enter the MCP server URL, the key as "
                "CLIENT_ID and the secret as CLIENT_SECRET in mcp.json."
            ),
            source="cursor.com/docs/context/mcp; bytebase/bytebase#20510; PrefectHQ/fastmcp#2302",
            pattern=r"cursor://anysphere\.cursor-mcp/oauth/user-[A-Za-z0-9_.-]+/callback",
            checked_on=LATER,
        ),
        Preset(
            "copilot-studio",
            "Copilot Studio",
            ("https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect",),
            _(
                "Declarative agents use the one filled in. A Copilot Studio connector has its own, "
                "https://global.consent.azure-apim.net/redirect/… or a regional one, which appears "
                "once the connector is created. Save now and add it later."
            ),
            _(
                "In Copilot Studio add a tool of the type Model Context Protocol, paste the MCP server "
                "URL, choose OAuth 2.0 > Manual, and paste the key, the secret and the URLs below. "
                "Then copy the redirect URL shown there into this consumer."
            ),
            needs_endpoints=True,
            source="learn.microsoft.com, Copilot Studio > MCP; devopsabcs-engineering/copilot-studio, wiki",
            pattern=r"https://([a-z0-9-]+\.)?consent\.azure-apim\.net/redirect/[A-Za-z0-9._~-]+",
        ),
        Preset(
            "gemini",
            "Gemini",
            ("http://localhost:7777/oauth/callback",),
            _(
                "Gemini CLI uses the one filled in if redirectUri in its settings names it; otherwise "
                "it picks another port each time. Gemini on the web has one for each person, "
                "https://oauth-redirect.googleusercontent.com/r/…, and Gemini Enterprise shows its own "
                "in the console. Save now and add it later."
            ),
            _(
                "In Gemini add a custom app, or in Gemini Enterprise a custom MCP server, and paste "
                "the MCP server URL, the key as client ID, the secret as client secret and the URLs "
                "below. Then copy the callback URL shown there into this consumer."
            ),
            needs_endpoints=True,
            source="google-gemini/gemini-cli, docs of MCP servers; makeplane/plane-mcp-server#230",
            pattern=r"https://oauth-redirect\.googleusercontent\.com/r/[A-Za-z0-9._~-]+",
        ),
        Preset(
            "claude-code",
            "Claude Code",
            ("http://localhost:8080/callback",),
            _("Claude Code uses the port that you set with --callback-port. There is nothing else to paste."),
            _(
                "In a terminal run: claude mcp add --transport http --client-id KEY --client-secret "
                "--callback-port 8080 fracttal URL, with the key and the MCP server URL; it asks for the "
                "secret."
            ),
            source="code.claude.com/docs/en/mcp, Use pre-configured OAuth credentials",
            pattern=r"http://localhost:[0-9]{1,5}/callback",
            checked_on=LATER,
        ),
        Preset(
            "codex",
            "Codex",
            ("http://127.0.0.1/callback",),
            _(
                "Codex uses the one filled in, with any port. Some versions, if configured with their "
                "own callback, add an ID, http://127.0.0.1/callback/ID: add that URL when the page "
                "names it. Any port works there too."
            ),
            _(
                "In the file config.toml of Codex add the MCP server URL with the key as client_id under "
                "oauth, then run codex mcp login with the name of the server."
            ),
            source="openai/codex#30460; Codex CLI 0.171.0, run",
            pattern=r"http://127\.0\.0\.1(:[0-9]{1,5})?/callback/[A-Za-z0-9_-]+",
            checked_on=LATER,
        ),
        Preset(
            "copilot-cli",
            "Copilot CLI",
            ("http://127.0.0.1/",),
            _("Copilot CLI uses the one filled in, with any port. There is nothing to paste."),
            _(
                "Copilot CLI is a public client: create the consumer without a secret, and enter the "
                "MCP server URL and the key as oauthClientId in mcp-config.json."
            ),
            source="GitHub Copilot CLI 1.0.102, run",
            checked_on=LATER,
        ),
        Preset(
            "inspector",
            "MCP Inspector",
            ("http://localhost:6274/oauth/callback", "http://127.0.0.1:6276/oauth/callback"),
            _("The Inspector uses the first in the browser and the second on the command line. For tests."),
            _(
                "In the Inspector choose Streamable HTTP, paste the MCP server URL, open Authentication and "
                "paste the key as client ID and the secret as client secret."
            ),
            source="modelcontextprotocol/inspector 2.12.0, run",
        ),
        Preset(
            "n8n",
            "n8n",
            ("https://oauth.n8n.cloud/oauth2/callback",),
            _(
                "n8n Cloud uses the one filled in. A self-hosted n8n shows its OAuth Redirect URL in "
                "the credential, https://HOST/rest/oauth2-credential/callback: add that one instead."
            ),
            _(
                "In n8n create a credential of the type MCP OAuth2, switch off Use Dynamic Client "
                "Registration, and paste the URLs below, the key as Client ID and the secret as Client "
                "Secret."
            ),
            needs_endpoints=True,
            source="docs.n8n.io, MCP credentials; docs.zuora.com, Redirect URIs by MCP client",
            own_host_pattern=r"https://[^/?]+/rest/oauth2-credential/callback",
            checked_on=LATER,
        ),
        Preset(
            "librechat",
            "LibreChat",
            (),
            _(
                "LibreChat creates one for each server, https://HOST/api/mcp/NAME/oauth/callback, and "
                "shows it once the server is added. Save now and add it later."
            ),
            _(
                "In LibreChat open MCP Settings, add a server with the MCP server URL, choose OAuth, "
                "and paste the key as Client ID, the secret as Client Secret and the URLs below."
            ),
            needs_endpoints=True,
            source="LibreChat-AI/librechat.ai pull request 471",
            own_host_pattern=r"https://[^/?]+/api/mcp/[^/?]+/oauth/callback",
            checked_on=LATER,
        ),
        Preset(
            "zed",
            "Zed",
            ("http://127.0.0.1:27523/callback",),
            _("Zed uses the one filled in, with any port. There is nothing to paste."),
            _(
                "In Zed open the agent panel's settings, add a remote server with the MCP server URL, "
                "and enter the key as client_id under oauth in the settings file."
            ),
            source="zed-industries/zed pull request 51768 and #56210",
            checked_on=LATER,
        ),
        Preset(
            "windsurf",
            "Windsurf",
            (),
            _(
                "Windsurf publishes no fixed callback. Save first and connect: the page that refuses "
                "the connection shows the URL. Add exactly that one here."
            ),
            _(
                "In Windsurf open the MCP settings of Cascade, add a server with the MCP server URL, and "
                "paste the key and the secret where it asks for them."
            ),
            source="docs.windsurf.com, Cascade MCP integration, which names none",
            checked_on=LATER,
        ),
        Preset(
            "other",
            _("Another program"),
            (),
            _(
                "Copy it from the program. It must match exactly, character for character, including "
                "https://."
            ),
            _("Give the program the MCP server URL, the key as client ID and the secret as client secret."),
            needs_endpoints=True,
        ),
    )
}


def fits(preset: Preset, url: str, *, own_host: bool = False) -> bool:
    """Say whether the assistant is known to use this callback; with `own_host` also on a host of its own."""
    patterns = [preset.pattern, *([preset.own_host_pattern] if own_host else [])]
    return is_registered(url, preset.callbacks) or any(
        pattern and re.fullmatch(pattern, url) for pattern in patterns
    )


def knows_callbacks(preset: Preset) -> bool:
    return bool(preset.callbacks or preset.pattern or preset.own_host_pattern)


def preset_of(slug: str) -> Preset:
    return PRESETS.get(slug) or PRESETS["other"]

"""Security case 132: which callback URLs may be registered."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from consumers.callbacks import MAX_CALLBACKS, check_callbacks, display_host, is_registered, validate_callback
from consumers.models import Consumer
from consumers.screens.presets import PRESETS
from tests.conftest import World
from tests.consumers.conftest import Register

GOOD = [
    "https://chatgpt.com/connector/oauth/AbC123",
    "https://claude.ai/api/mcp/auth_callback",
    "https://example.com:8443/cb?tenant=1&x=%20",
    "https://global.consent.azure-apim.net/redirect/my-20connector_1",
    "https://oauth-redirect.googleusercontent.com/r/user_bound_custom-mcp-1-host",
    "https://grok.com/connectors-oauth-exchange-code/",
    "https://xn--bcher-kva.example/cb",
    "http://127.0.0.1:33418/",
    "http://127.0.0.1/callback",
    "http://localhost:6274/oauth/callback",
    "http://[::1]:8080/cb",
    "http://127.0.0.1:33418",
    "http://localhost",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "cursor://anysphere.cursor-mcp/oauth/user-fracttal/callback",
    "com.example.app:/oauth2redirect",
    "com.example.app://oauth/callback",
    "com.googleusercontent.apps.123456789012-abc:/oauthredirect",
]
BAD = [
    "http://example.com/cb",
    "http://192.168.1.1/cb",
    "http://127.0.0.2/cb",
    "https://user@example.com/cb",
    "https://user:pw@example.com/cb",
    "https://10.0.0.1/cb",
    "https://192.168.0.1/cb",
    "https://169.254.169.254/cb",
    "https://8.8.8.8/cb",
    "https://[fd00::1]/cb",
    "https://2130706433/cb",
    "https://0x7f.0.0.1/cb",
    "https://127.1/cb",
    "https://example.com:99999/cb",
    "https://example.com:0/cb",
    "https://example.com:/cb",
    "https://example.com:0443/cb",
    "https://example.com:x/cb",
    "https://example.com/cb#x",
    "https://example.com/cb#",
    "https://example.com/a/../cb",
    "https://example.com/%2e%2E/cb",
    "https://example.com/./cb",
    "https://*.example.com/cb",
    "https://example.com/*",
    "https://example.com",
    "https://example.com?x=1",
    "https://a.example/cb,https://b.example/cb",
    "https://a.example/cb https://b.example/cb",
    "https://a.example/cb\nhttps://b.example/cb",
    "HTTPS://example.com/cb",
    "https://EXAMPLE.com/cb",
    "https://example.com/" + "x" * 500,
    "https://example.com/%zz",
    "https://example.com/ünicode",
    "https://exämple.com/cb",
    "https://example..com/cb",
    "https://-example.com/cb",
    "https://example/cb",
    "https:///cb",
    "https:/example.com/cb",
    "https://example.com\\@evil.example/cb",
    "https://chatgpt.com/",
    "https://chatgpt.com",
    "http://127.0.0.1:33418?x=1",
    "http://127.0.0.1:99999",
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "javascript.example:/x",
    "Com.example.app:/cb",
    "vbscript:x",
    "file:///etc/passwd",
    "file.example:/x",
    "blob:https://example.com/x",
    "about:blank",
    "view-source:https://example.com/",
    "ftp://example.com/cb",
    "intent://example.com/#Intent;end",
    "https.example.com:/cb",
    "http-s.example:/cb",
    "hxxps://example.com/cb",
    "com.example.app:",
    "com.example.app:/",
    "com.example.app:callback",
    "com.example.app://user@callback",
    "com.example.app:/a/../cb",
    "com.example.app:/cb?code=1",
    "com.example.app:/cb#x",
    "com..example:/cb",
    "cursor://anysphere.cursor-mcp/oauth/user-/callback",
    "cursor://anysphere.cursor-mcp/oauth/user-a/../callback",
    "cursor://anysphere.cursor-mcp/oauth/user-a/b/callback",
    "cursor://anysphere.cursor-mcp/oauth/callback?x=1",
    "cursor://anysphere.cursor-mcp/other/callback",
    "cursor://evil.extension/oauth/callback",
    "data:text/html,x",
    "cursor://evil/callback",
    "myapp:/callback",
    "//example.com/cb",
    "/cb",
    "cb",
    "https://exa\0mple.com/cb",
    "https://[::1",
    "",
]


@pytest.mark.parametrize("url", GOOD)
def test_case_132_good_callbacks(url: str) -> None:
    """RFC 8252 §7, RFC 9700 §2.1."""
    assert validate_callback(f" {url} ") == url
    assert is_registered(url, [url])


@pytest.mark.parametrize("url", BAD)
def test_case_132_bad_callbacks(url: str, db: None) -> None:
    """RFC 6749 §3.1.2, RFC 9700 §2.1: refused with a sentence that says what to do."""
    with pytest.raises(ValidationError) as caught:
        validate_callback(url)
    message = caught.value.messages[0]
    assert message.endswith(".")
    assert len(message) > 20


def test_case_132_chatgpt_prefix_is_explained() -> None:
    """Each app of ChatGPT has a callback of its own."""
    with override("en"), pytest.raises(ValidationError, match="Copy the whole URL from ChatGPT"):
        validate_callback("https://chatgpt.com/")


def test_case_132_presets_pass() -> None:
    """What the form fills in can be saved."""
    for preset in PRESETS.values():
        assert check_callbacks(list(preset.callbacks)) == list(preset.callbacks)


def test_case_132_number_of_callbacks(register: Register) -> None:
    """At most MAX_CALLBACKS, each once."""
    urls = [f"https://example.com/cb/{number}" for number in range(MAX_CALLBACKS)]
    assert register(callback_urls=[*urls, urls[0], ""]).consumer.callback_urls == urls
    with pytest.raises(ValidationError):
        register(callback_urls=[*urls, "https://example.com/one-more"])


def test_case_132_nothing_bad_can_be_saved(register: Register, world: World) -> None:
    """Refused at save, also for other fields and other companies' groups."""
    for url in BAD:
        if not url.split() or len(url.split()) > 1:
            continue  # spaces separate callbacks where they are stored
        with pytest.raises(ValidationError):
            register(callback_urls=[url])
    for fields in (
        {"privacy_policy_url": "javascript:alert(1)"},
        {"licence_url": "data:text/html,x"},
        {"url": "ftp://example.com/"},
        {"permission_group": world.stranger_group},
        {"public": True, "authorization_grant_type": Consumer.GRANT_CLIENT_CREDENTIALS},
        {"authorization_grant_type": "password"},
        {"authorization_grant_type": "implicit"},
    ):
        with pytest.raises(ValidationError):
            register(**fields)
    assert not Consumer.objects.exists()


def test_case_021_an_empty_path_of_this_computer_is_a_slash() -> None:
    """RFC 3986 §6.2.3 and RFC 8252 §7.3, for the literals alone; VS Code sends both."""
    preset = PRESETS["vscode"].callbacks
    for sent in (
        "http://127.0.0.1:33418",
        "http://127.0.0.1:59656/",
        "http://127.0.0.1",
        "http://127.0.0.1/",
    ):
        assert is_registered(sent, preset), sent
    for sent in (
        "http://127.0.0.1:33418?x=1",
        "http://127.0.0.1:33418//",
        "http://127.0.0.1:0",
        "http://127.0.0.1:",
        "http://127.0.0.1:33418@evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost:33418",
        "https://vscode.dev/redirect/",
    ):
        assert not is_registered(sent, preset), sent
    assert not is_registered("https://example.com", ["https://example.com/"])


def test_codex_appends_an_id_to_the_path() -> None:
    """openai/codex#30460 (client-reports 10): exactly the path that was added, on any port."""
    plain, with_id = "http://127.0.0.1:33418/callback", "http://127.0.0.1:5050/callback/AbC123_-xyz9"
    assert is_registered("http://127.0.0.1:61000/callback", [plain])
    assert not is_registered(with_id, [plain])
    assert is_registered("http://127.0.0.1:61000/callback/AbC123_-xyz9", [plain, with_id])
    assert not is_registered("http://127.0.0.1:61000/callback/other", [plain, with_id])


def test_every_preset_says_where_its_facts_come_from() -> None:
    for preset in PRESETS.values():
        assert preset.slug == "other" or preset.source, preset.slug


def test_case_018_hosts_are_shown_in_punycode() -> None:
    """RFC 3492: a look-alike letter is visible."""
    assert display_host("https://ch\u0430tgpt.com/x") == "xn--chtgpt-4nf.com"
    assert display_host("https://chatgpt.com:8443/x") == "chatgpt.com"


def test_case_018_a_program_on_the_computer_borrows_no_host() -> None:
    """RFC 8252 §7.1, §8.6: the operating system goes by the scheme alone."""
    deceiving = "com.example.app://chatgpt.com/callback"
    assert validate_callback(deceiving) == deceiving
    assert display_host(deceiving) == "com.example.app"
    assert display_host("com.example.app:/callback") == "com.example.app"
    assert display_host("cursor://anysphere.cursor-mcp/oauth/callback") == "cursor"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("chatgpt.com/connector/oauth/abc", "Begin the callback URL with https://"),
        ("abc", "Begin the callback URL with https://"),
        ("fmk_abcdefgh", "Begin the callback URL with https://"),
        ("https:/x", "Begin the callback URL with https://"),
        ("HTTPS://chatgpt.com/connector/oauth/abc", "in lower case"),
        ("http://localhost:8000/mcp/oauth/fracttal-one", "an address of this server"),
        ("http://localhost:8000/", "an address of this server"),
    ],
)
def test_the_commonest_slips_get_the_sentence_that_helps(url: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_callback(url)


def test_own_addresses_are_those_of_the_configured_host(settings: Any) -> None:
    settings.PUBLIC_URL = "https://mcp.example.com"
    with pytest.raises(ValidationError, match="an address of this server"):
        validate_callback("https://mcp.example.com/mcp/oauth/fracttal-one")
    assert validate_callback("https://mcp.example.com.evil.example/cb")
    assert validate_callback("http://localhost:8000/callback")

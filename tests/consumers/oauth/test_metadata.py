"""Security cases 120-127: the discovery documents, and what is not served."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from consumers.models import Consumer
from tests.conftest import World
from tests.consumers.conftest import Program, answer_of, decide, signed_in

pytestmark = pytest.mark.django_db

SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"
POISON = (
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_PROTO": "ftp"},
    {"HTTP_FORWARDED": "host=evil.example;proto=http"},
    {"HTTP_X_FORWARDED_PREFIX": "/evil"},
    {"HTTP_HOST": "localhost"},
)


def test_case_120_server_metadata_lists_what_works(world: World) -> None:
    """RFC 8414 §2."""
    document = Client().get(SERVER).json()
    url = settings.PUBLIC_URL
    assert document["issuer"] == url
    assert document["authorization_endpoint"] == f"{url}/oauth/authorize"
    assert document["token_endpoint"] == f"{url}/oauth/token"
    assert document["revocation_endpoint"] == f"{url}/oauth/revoke"
    assert document["response_types_supported"] == ["code"]
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "none",
    ]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["scopes_supported"] == ["maintenance:read", "maintenance:write", "offline_access"]
    for absent in ("registration_endpoint", "jwks_uri", "userinfo_endpoint", "device_authorization_endpoint"):
        assert absent not in document


def test_case_120_every_listed_endpoint_is_there(program: Program, world: World) -> None:
    """RFC 8414 §2: nothing is announced that is not served."""
    document = Client().get(SERVER).json()
    for name, url in document.items():
        if name.endswith("_endpoint"):
            response = signed_in(world.owner).post(url.removeprefix(settings.PUBLIC_URL))
            assert response.status_code in {400, 401, 415}, name


def test_case_121_one_issuer_everywhere(program: Program, world: World) -> None:
    """RFC 8414 §3.3, RFC 9728 §3.3, RFC 9207 §2.4."""
    issuer = Client().get(SERVER).json()["issuer"]
    assert SERVER.startswith("/.well-known/")
    assert not issuer.endswith("/")
    document = Client().get(f"{RESOURCE}{settings.MCP_PATH}").json()
    assert document["authorization_servers"] == [issuer]
    browser = signed_in(world.owner)
    assert answer_of(decide(browser, browser.get(program.address())))["iss"] == issuer


@pytest.mark.parametrize(
    "path", [f"{SERVER}/junk", f"{SERVER}/", "/junk" + SERVER, f"{SERVER}/mcp/oauth/fracttal-one"]
)
def test_case_122_server_metadata_at_other_paths(path: str) -> None:
    """RFC 8414 §3.1: the issuer has no path, so there is one place."""
    response = Client().get(path)
    assert response.status_code == 404
    assert "issuer" not in response.content.decode()


def test_case_123_resource_document() -> None:
    """RFC 9728 §3: at the inserted path and at the root; nothing for what is no resource."""
    for path in (RESOURCE, f"{RESOURCE}{settings.MCP_PATH}", f"{RESOURCE}{settings.MCP_PATH}/"):
        document = Client().get(path).json()
        assert document["resource"] == settings.MCP_RESOURCE == settings.PUBLIC_URL + settings.MCP_PATH
        assert document["scopes_supported"] == ["maintenance:read", "maintenance:write"]
        assert document["bearer_methods_supported"] == ["header"]
    for path in (f"{RESOURCE}/junk", f"{RESOURCE}/mcp", f"{RESOURCE}/api"):
        response = Client().get(path)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/json"


def test_openid_configuration_is_a_json_404() -> None:
    """OpenID Connect Discovery: it is not served, and clients that probe expect JSON."""
    response = Client().get("/.well-known/openid-configuration")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("headers", POISON)
def test_case_124_poisoned_headers(headers: dict[str, str], program: Program, world: World) -> None:
    """RFC 9207 §4: the issuer is configured, never taken from the request."""
    for path in (SERVER, RESOURCE, f"{RESOURCE}{settings.MCP_PATH}"):
        plain, poisoned = Client().get(path), Client().get(path, **headers)  # type: ignore[arg-type]
        assert poisoned.content == plain.content
    browser = signed_in(world.owner)
    response = browser.get(program.address(scope="x"), **headers)  # type: ignore[arg-type]
    assert answer_of(response)["iss"] == settings.PUBLIC_URL


def test_case_124_foreign_host() -> None:
    """RFC 9110 §7.4."""
    for path in (SERVER, RESOURCE):
        response = Client().get(path, HTTP_HOST="evil.example")
        assert response.status_code == 200 or response.status_code == 400
        assert "evil.example" not in response.content.decode()


def test_case_125_cors_without_credentials(program: Program, world: World) -> None:
    """Fetch standard: `*` for programs in browsers, also on errors, and never with credentials."""
    origin = {"HTTP_ORIGIN": "https://evil.example"}
    for path in (SERVER, RESOURCE, f"{RESOURCE}{settings.MCP_PATH}"):
        response = Client().get(path, **origin)  # type: ignore[arg-type]
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
    for response in (
        program.post("/oauth/token", "grant_type=x", **origin, **program.basic()),
        program.post("/oauth/token", "grant_type=x", **origin),
        program.post("/oauth/revoke", "token=x", **origin, **program.basic()),
        Client().get("/.well-known/openid-configuration", **origin),  # type: ignore[arg-type]
        Client().post("/register", **origin),  # type: ignore[arg-type]
    ):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
    for response in (
        program.post("/oauth/introspect", "token=x", **origin, **program.basic()),
        signed_in(world.owner).get(program.address(), **origin),  # type: ignore[arg-type]
    ):
        assert "Access-Control-Allow-Origin" not in response


PREFLIGHT = "authorization, content-type, mcp-protocol-version"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (SERVER, "GET"),
        (RESOURCE, "GET"),
        (f"{RESOURCE}{settings.MCP_PATH}", "GET"),
        ("/.well-known/openid-configuration", "GET"),
        ("/oauth/token", "POST"),
        ("/oauth/revoke", "POST"),
        ("/register", "POST"),
    ],
)
def test_a_preflight_is_answered_for_what_will_be_sent(path: str, method: str, db: None) -> None:
    """Fetch standard, CORS-preflight fetch: the method and each header must be allowed by name."""
    response = Client(enforce_csrf_checks=True).options(
        path,
        HTTP_ORIGIN="http://localhost:6274",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=PREFLIGHT,
    )
    assert response.status_code == 204
    assert response.content == b""
    assert response["Access-Control-Allow-Origin"] == "*"
    assert method in response["Access-Control-Allow-Methods"]
    assert response["Access-Control-Allow-Headers"] == PREFLIGHT
    assert "Access-Control-Allow-Credentials" not in response
    assert "Set-Cookie" not in response


@pytest.mark.parametrize(
    "path",
    [
        "/o/applications/", "/oauth/applications/", "/o/device-authorization/", "/oauth/device",
        "/oauth/authorized_tokens/", "/oauth/userinfo", "/oauth/userinfo/", "/oauth/logout/",
        "/oauth/authorize/", "/oauth/token/", "/oauth/revoke_token/", "/oauth/.well-known/jwks.json",
    ],
)  # fmt: skip
def test_case_126_surplus_endpoints(path: str, world: World) -> None:
    """OWASP API9: what is not ours is not there, for signed-in people either."""
    browser = signed_in(world.owner)
    assert browser.get(path).status_code == 404
    assert browser.post(path, {}).status_code == 404


@pytest.mark.parametrize("path", ["/oauth/register", "/register"])
@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html", None])
def test_case_127_no_dynamic_registration(path: str, accept: str | None, db: None) -> None:
    """Registration is off: the refusal has the form of RFC 7591 §3.2.2, whatever the program accepts."""
    body = '{"redirect_uris":["https://evil.example/cb"]}'
    accepts = {"HTTP_ACCEPT": accept} if accept else {}
    response = Client().post(path, body, content_type="application/json", **accepts)  # type: ignore[arg-type]
    assert response.status_code == 403
    assert response.json()["error"] == "access_denied"
    assert "An administrator" in response.json()["error_description"]
    assert settings.PUBLIC_URL in response.json()["error_description"]
    assert not Consumer.objects.exists()

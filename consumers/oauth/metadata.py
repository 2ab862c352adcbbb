"""Discovery documents: RFC 8414, RFC 9728 and OpenID Connect Discovery 1.0.

There is one configured issuer. A feature that companies switch on is announced while any company of the
installation has it on.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from consumers import scopes
from consumers.handshake.recording import note
from consumers.handshake.steps import Step
from consumers.oauth.browser_programs import readable_in_browsers
from consumers.openid.identity import is_announced
from consumers.openid.signing_keys import ALGORITHM
from consumers.registrations.endpoint import announced
from consumers.trusted_issuers import exchange

RESOURCE_DOCUMENT = "/.well-known/oauth-protected-resource"


@readable_in_browsers("GET, HEAD")
@require_safe
def authorization_server(request: HttpRequest) -> HttpResponse:
    note(None, Step.SERVER_DOCUMENT)
    try:
        return _public(_server(with_openid=is_announced()))
    except (DatabaseError, InterfaceError):
        return _public({"error": "temporarily_unavailable"}, 503)


@readable_in_browsers("GET, HEAD")
@require_safe
def openid_configuration(request: HttpRequest) -> HttpResponse:
    try:
        return _public(_server(with_openid=True)) if is_announced() else nothing(request)
    except (DatabaseError, InterfaceError):
        return _public({"error": "temporarily_unavailable"}, 503)


def _server(*, with_openid: bool) -> dict[str, Any]:
    url = settings.PUBLIC_URL
    methods = ["client_secret_basic", "client_secret_post", "none"]
    document: dict[str, Any] = {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": f"{url}/oauth/token",
        "revocation_endpoint": f"{url}/oauth/revoke",
        "introspection_endpoint": f"{url}/oauth/introspect",
        "scopes_supported": list(scopes.ALL),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": methods,
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [settings.MCP_RESOURCE],
        "ui_locales_supported": ["en", "es", "pt-BR"],
        **announced(),
    }
    if exchange.is_announced():
        document["grant_types_supported"].append(exchange.GRANT_TYPE)
        document["authorization_grant_profiles_supported"] = [exchange.GRANT_PROFILE]
    if with_openid:
        document["scopes_supported"] += scopes.OF_IDENTITY
        document |= {
            "userinfo_endpoint": f"{url}/oauth/userinfo",
            "jwks_uri": f"{url}/oauth/jwks",
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "claims_supported": [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "at_hash",
                "email",
                "email_verified",
            ],
        }
    return document


@readable_in_browsers("GET, HEAD")
@require_safe
def protected_resource(request: HttpRequest) -> HttpResponse:
    """Serve RFC 9728 metadata, at the path of the endpoint and at the root.

    `offline_access` is not listed: it is no scope of a resource.
    """
    note(None, Step.RESOURCE_DOCUMENT)
    return _resource(settings.MCP_RESOURCE, [scopes.READ, scopes.WRITE], "Fracttal One")


@readable_in_browsers("GET, HEAD")
@require_safe
def admin_resource(request: HttpRequest) -> HttpResponse:
    """Serve RFC 9728 metadata of the admin API."""
    return _resource(settings.ADMIN_RESOURCE, list(scopes.OF_ADMIN), "Fracttal One, administration")


def _resource(resource: str, of_it: list[str], name: str) -> HttpResponse:
    return _public(
        {
            "resource": resource,
            "authorization_servers": [settings.PUBLIC_URL],
            "scopes_supported": of_it,
            "bearer_methods_supported": ["header"],
            "resource_name": name,
        }
    )


@readable_in_browsers("GET, HEAD")
@require_safe
def nothing(request: HttpRequest, **_path: str) -> HttpResponse:
    """Answer 404 in JSON for documents that clients probe for and that are not served."""
    return _public({"error": "not_found"}, 404)


def _public(data: dict[str, Any], status: int = 200) -> HttpResponse:
    """Answer with JSON that any origin may read and cache; it contains only public addresses."""
    response = JsonResponse(data, status=status)
    response["Cache-Control"] = "public, max-age=300" if status == 200 else "no-store"
    return response

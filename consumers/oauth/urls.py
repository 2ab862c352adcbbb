"""URLs of the authorization server and its metadata; none of the library's own URLs are served."""

from django.conf import settings
from django.urls import URLPattern, path

from accounts.company_forms import of_the_person
from consumers.oauth import metadata
from consumers.oauth.access_asking import ask_for_access
from consumers.oauth.authorize import again, authorize, cancel, finish
from consumers.oauth.revocation import introspect, revoke
from consumers.oauth.token_endpoint import token
from consumers.openid.endpoints import key_set, user_info
from consumers.registrations.asking import ask
from consumers.registrations.endpoint import manage, register

RESOURCE = metadata.RESOURCE_DOCUMENT.lstrip("/")

urlpatterns: list[URLPattern] = [
    path("oauth/authorize", of_the_person(authorize), name="oauth-authorize"),
    path("oauth/authorize/again/<uuid:pk>", of_the_person(again), name=settings.WAY_BACK),
    path("oauth/authorize/ask", ask, name="oauth-authorize-ask"),
    path("oauth/authorize/ask-access", of_the_person(ask_for_access), name="oauth-authorize-ask-access"),
    path("oauth/authorize/cancel", cancel, name="oauth-authorize-cancel"),
    path("oauth/authorize/finish", of_the_person(finish), name="oauth-authorize-finish"),
    path("oauth/token", token, name="oauth-token"),
    path("oauth/revoke", revoke, name="oauth-revoke"),
    path("oauth/introspect", introspect, name="oauth-introspect"),
    path("oauth/jwks", key_set, name="oauth-jwks"),
    path("oauth/userinfo", user_info, name="oauth-userinfo"),
    # Clients try the first and the last of these if the metadata names no registration endpoint.
    path("oauth/register", register, name="oauth-register"),
    path("oauth/register/<slug:address>", register, name="oauth-register-company"),
    path("oauth/register/client/<slug:key>", manage, name="oauth-register-client"),
    path("register", register, name="register"),
    path(".well-known/oauth-authorization-server", metadata.authorization_server, name="oauth-metadata"),
    path(".well-known/openid-configuration", metadata.openid_configuration, name="openid-configuration"),
    path(RESOURCE, metadata.protected_resource, name="oauth-resource-root"),
    path(f"{RESOURCE}{settings.MCP_PATH}", metadata.protected_resource, name="oauth-resource"),
    path(f"{RESOURCE}{settings.MCP_PATH}/", metadata.protected_resource),
    path(f"{RESOURCE}/api/admin", metadata.admin_resource, name="oauth-resource-admin"),
    path(".well-known/<path:document>", metadata.nothing),
]

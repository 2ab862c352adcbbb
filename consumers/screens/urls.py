"""URLs of Configuration > API connections (consumers, registration, authorizations) and Security."""

from django.urls import URLPattern, path

from consumers.screens import (
    access_requests,
    allowing_again,
    authorization_changes,
    authorizations,
    ceilings,
    connect,
    consumer_changes,
    consumer_form,
    consumer_list,
    issuers,
    networks,
    registration,
    secrets,
    security,
    simulator,
)

API_CONNECTIONS = "settings/api-connections/"

urlpatterns: list[URLPattern] = [
    path(f"{API_CONNECTIONS}oauth-consumers/", consumer_list.consumers, name="consumers"),
    path(
        f"{API_CONNECTIONS}oauth-consumers/change/", consumer_changes.change_chosen, name="consumers-change"
    ),
    path(f"{API_CONNECTIONS}oauth-consumers/add/", consumer_form.add, name="consumer-add"),
    path(f"{API_CONNECTIONS}oauth-consumers/<int:pk>/", consumer_form.edit, name="consumer"),
    path(f"{API_CONNECTIONS}oauth-consumers/<int:pk>/connect/", connect.connect, name="consumer-connect"),
    path(f"{API_CONNECTIONS}oauth-consumers/<int:pk>/connect/steps/", connect.steps, name="consumer-steps"),
    path(
        f"{API_CONNECTIONS}oauth-consumers/<int:pk>/connect/callbacks/",
        connect.add_callback,
        name="consumer-callback-add",
    ),
    path(
        f"{API_CONNECTIONS}oauth-consumers/<int:pk>/connect/callbacks/<int:parked_pk>/",
        connect.decide_callback,
        name="consumer-callback-decide",
    ),
    path(f"{API_CONNECTIONS}oauth-consumers/<int:pk>/secrets/add/", secrets.add, name="consumer-secret-add"),
    path(
        f"{API_CONNECTIONS}oauth-consumers/<int:pk>/secrets/<int:secret_pk>/remove/",
        secrets.remove,
        name="consumer-secret-remove",
    ),
    path(
        f"{API_CONNECTIONS}oauth-consumers/<int:pk>/ceiling/", ceilings.of_consumer, name="consumer-ceiling"
    ),
    path("settings/user-accounts/groups/<int:pk>/ceiling/", ceilings.of_group, name="group-ceiling"),
    path(f"{API_CONNECTIONS}simulator/", simulator.simulator, name="simulator"),
    path(f"{API_CONNECTIONS}access-requests/", access_requests.access_requests, name="access-requests"),
    path(
        f"{API_CONNECTIONS}access-requests/decide/",
        access_requests.decide_access,
        name="access-request-decide",
    ),
    path(f"{API_CONNECTIONS}app-authorizations/", authorizations.of_company, name="app-authorizations"),
    path(
        f"{API_CONNECTIONS}app-authorizations/stop/",
        authorization_changes.stop_of_company,
        name="app-authorizations-stop",
    ),
    path(
        f"{API_CONNECTIONS}app-authorizations/allow/",
        allowing_again.allow_of_company,
        name="app-authorizations-allow",
    ),
    path(
        f"{API_CONNECTIONS}app-authorizations/read-only/",
        authorization_changes.narrow_of_company,
        name="app-authorizations-narrow",
    ),
    path(
        "profile/app-authorizations/read-only/",
        authorization_changes.narrow_own,
        name="own-app-authorizations-narrow",
    ),
    path(
        "profile/app-authorizations/allow/",
        allowing_again.allow_own,
        name="own-app-authorizations-allow",
    ),
    path("settings/security/", security.security, name="settings-security"),
    path("settings/security/networks/<int:pk>/", networks.networks, name="settings-security-networks"),
    path(f"{API_CONNECTIONS}registration/", registration.registration, name="registration"),
    path(f"{API_CONNECTIONS}registration/rules/", registration.save_rules, name="registration-rules"),
    path(f"{API_CONNECTIONS}registration/decide/", registration.decide, name="registration-decide"),
    path(f"{API_CONNECTIONS}registration/token/", registration.add_token, name="registration-token-add"),
    path(
        f"{API_CONNECTIONS}registration/token/revoke/",
        registration.revoke_token,
        name="registration-token-revoke",
    ),
    path("settings/security/issuers/add/", issuers.add, name="issuer-add"),
    path("settings/security/issuers/<int:pk>/", issuers.edit, name="issuer"),
    path("settings/security/issuers/<int:pk>/delete/", issuers.delete, name="issuer-delete"),
    path("settings/security/issuers/<int:pk>/forget/", issuers.forget, name="issuer-forget"),
    path("profile/app-authorizations/", authorizations.own, name="own-app-authorizations"),
    path(
        "profile/app-authorizations/stop/", authorization_changes.stop_own, name="own-app-authorizations-stop"
    ),
]

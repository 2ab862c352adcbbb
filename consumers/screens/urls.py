"""URLs of Configuration > API connections (consumers, registration, authorizations) and Security."""

from django.urls import URLPattern, path

from consumers.screens import authorizations, consumer_form, consumer_list, issuers, registration, security

API_CONNECTIONS = "settings/api-connections/"

urlpatterns: list[URLPattern] = [
    path(f"{API_CONNECTIONS}oauth-consumers/", consumer_list.consumers, name="consumers"),
    path(f"{API_CONNECTIONS}oauth-consumers/change/", consumer_list.change_chosen, name="consumers-change"),
    path(f"{API_CONNECTIONS}oauth-consumers/add/", consumer_form.add, name="consumer-add"),
    path(f"{API_CONNECTIONS}oauth-consumers/<int:pk>/", consumer_form.edit, name="consumer"),
    path(f"{API_CONNECTIONS}app-authorizations/", authorizations.of_company, name="app-authorizations"),
    path(
        f"{API_CONNECTIONS}app-authorizations/stop/",
        authorizations.stop_of_company,
        name="app-authorizations-stop",
    ),
    path(
        f"{API_CONNECTIONS}app-authorizations/allow/",
        authorizations.allow_of_company,
        name="app-authorizations-allow",
    ),
    path("profile/app-authorizations/allow/", authorizations.allow_own, name="own-app-authorizations-allow"),
    path("settings/security/", security.security, name="settings-security"),
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
    path("profile/app-authorizations/stop/", authorizations.stop_own, name="own-app-authorizations-stop"),
]

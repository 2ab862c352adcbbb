"""Addresses of the admin API."""

from django.urls import URLPattern, path, re_path

from consumers.admin_api import (
    access_requests,
    authorizations,
    ceilings,
    consumers,
    endpoint,
    log,
    people,
    schema,
    secrets,
    usage,
)

PREFIX = "api/admin/v1/"

urlpatterns: list[URLPattern] = [
    path(f"{PREFIX}openapi.json", schema.openapi, name="admin-api-schema"),
    path(f"{PREFIX}consumers", consumers.Consumers.as_view(), name="admin-api-consumers"),
    path(f"{PREFIX}consumers/<int:pk>", consumers.OneConsumer.as_view(), name="admin-api-consumer"),
    path(f"{PREFIX}consumers/<int:pk>/secrets", secrets.Secrets.as_view(), name="admin-api-secrets"),
    path(
        f"{PREFIX}consumers/<int:pk>/secrets/<int:secret_pk>",
        secrets.OneSecret.as_view(),
        name="admin-api-secret",
    ),
    path(f"{PREFIX}consumers/<int:pk>/ceiling", ceilings.ConsumerCeiling.as_view(), name="admin-api-ceiling"),
    path(
        f"{PREFIX}access-requests", access_requests.AccessRequests.as_view(), name="admin-api-access-requests"
    ),
    path(
        f"{PREFIX}access-requests/<int:pk>",
        access_requests.OneAccessRequest.as_view(),
        name="admin-api-access-request",
    ),
    path(f"{PREFIX}authorizations", authorizations.Authorizations.as_view(), name="admin-api-authorizations"),
    path(
        f"{PREFIX}authorizations/<int:pk>",
        authorizations.OneAuthorization.as_view(),
        name="admin-api-authorization",
    ),
    path(f"{PREFIX}people", people.People.as_view(), name="admin-api-people"),
    path(f"{PREFIX}people/<int:pk>", people.OnePerson.as_view(), name="admin-api-person"),
    path(f"{PREFIX}groups", people.Groups.as_view(), name="admin-api-groups"),
    path(f"{PREFIX}groups/<int:pk>", people.OneGroup.as_view(), name="admin-api-group"),
    path(
        f"{PREFIX}groups/<int:pk>/ceiling",
        ceilings.CeilingOfGroup.as_view(),
        name="admin-api-group-ceiling",
    ),
    path(f"{PREFIX}log", log.Log.as_view(), name="admin-api-log"),
    path(f"{PREFIX}log/<int:pk>", log.OneEvent.as_view(), name="admin-api-event"),
    path(f"{PREFIX}usage", usage.Usage.as_view(), name="admin-api-usage"),
    # Nothing below this is an address of the maintenance API.
    re_path(r"^api/admin(/.*)?$", endpoint.UnknownAddress.as_view(), name="admin-api-nothing"),
]

"""URLs of Configuration > API connections > API connection, and of Profile > Fracttal One."""

from django.urls import URLPattern, path

from connections.linking import CALLBACK_PATH, LINK_PATH
from connections.screens import connection, linking

urlpatterns: list[URLPattern] = [
    path("settings/api-connections/", connection.connection, name="settings-connection"),
    path("settings/api-connections/test/", connection.test_connection, name="settings-connection-test"),
    path(LINK_PATH.lstrip("/"), linking.own_link, name="own-link"),
    path(f"{LINK_PATH}connect".lstrip("/"), linking.connect, name="own-link-connect"),
    path(f"{LINK_PATH}disconnect".lstrip("/"), linking.unlink, name="own-link-disconnect"),
    path(CALLBACK_PATH.lstrip("/"), linking.callback, name="own-link-callback"),
]

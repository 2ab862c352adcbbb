"""Configuration > API connections, and the app authorizations of a person."""

from django.urls import URLPattern, path

from consumers.screens.connection import connection

urlpatterns: list[URLPattern] = [
    path("settings/api-connections/", connection, name="settings-connection"),
]

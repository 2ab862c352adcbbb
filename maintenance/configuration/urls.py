"""Pages of the plant under Configuration."""

from django.urls import path

from maintenance.configuration.account_link import account_link
from maintenance.configuration.catalogues import catalogues

urlpatterns = [
    path("settings/user-accounts/<int:pk>/record/", account_link, name="settings-person-record"),
    path("settings/catalogues/", catalogues, name="settings-catalogues"),
]

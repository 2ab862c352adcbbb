"""Pages of the plant under Configuration."""

from django.urls import path

from maintenance.records.account_link import account_link
from maintenance.records.catalogues import catalogues

urlpatterns = [
    path("settings/user-accounts/<int:pk>/record/", account_link, name="settings-person-record"),
    path("settings/catalogues/", catalogues, name="settings-catalogues"),
]

"""URLs of Profile > Calendar, Security > Calendar links, and of the calendars themselves."""

from django.urls import path

from accounts.company_forms import of_the_person
from calendars import administration, feed, screens

screens_of_people = [
    path("profile/calendar/", screens.own, name="own-calendar"),
    path("profile/calendar/revoke/", screens.revoke, name="own-calendar-revoke"),
    path("settings/security/calendar-links/", administration.of_company, name="settings-calendar-links"),
    path(
        "settings/security/calendar-links/<int:pk>/revoke/",
        administration.revoke,
        name="settings-calendar-link-revoke",
    ),
]
urlpatterns = [
    *screens_of_people,
    path("calendar/<str:token>.ics", of_the_person(feed.feed), name="calendar-feed"),
]

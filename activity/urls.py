"""URLs of Configuration > Transactions log, and of Profile > Activity."""

from django.urls import URLPattern, path

from activity.screens import exporting, figures, log, narrowing

LOG = "settings/transactions-log/"
OWN = "profile/activity/"

urlpatterns: list[URLPattern] = [
    path(LOG, log.log, name="transactions-log"),
    path(f"{LOG}export/", exporting.export, name="transactions-log-export"),
    path(f"{LOG}<int:pk>/", log.event, name="transactions-log-event"),
    path(f"{LOG}activity/", figures.overview, name="activity"),
    path(f"{LOG}activity/apps/<int:pk>/", figures.of_app, name="activity-app"),
    path(f"{LOG}activity/apps/<int:pk>/narrow/", narrowing.narrow_to_use, name="activity-app-narrow"),
    path(f"{LOG}activity/people/<int:pk>/", figures.of_person, name="activity-person"),
    path(OWN, log.own_log, name="own-log"),
    path(f"{OWN}figures/", figures.own, name="own-figures"),
    path(f"{OWN}export/", exporting.export_own, name="own-log-export"),
    path(f"{OWN}<int:pk>/", log.own_event, name="own-log-event"),
]

"""URLs of the pages behind answers."""

from django.urls import URLPattern, path

from reports import downloads, pages, progress

urlpatterns: list[URLPattern] = [
    path("reports/progress/<str:name>/", progress.progress, name="report-progress"),
    path("reports/<str:tool>/", pages.report, name="report"),
    path("reports/<str:tool>/download/", downloads.download, name="report-download"),
]

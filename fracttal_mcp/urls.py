"""The URLs that Django serves. The MCP path is also handled in asgi.py, without Django."""

from django.conf import settings
from django.urls import include, path

from mcp_gateway.http.views import mcp_endpoint

urlpatterns = [
    path(settings.MCP_PATH.lstrip("/"), mcp_endpoint, name="mcp-endpoint"),
    path(settings.MCP_PATH.lstrip("/") + "/", mcp_endpoint),
    path("", include("consumers.oauth.urls")),
    path("", include("accounts.urls")),
    path("", include("consumers.screens.urls")),
    path("", include("connections.urls")),
    path("", include("consumers.admin_api.urls")),
    path("api/", include("maintenance.api.urls")),
    path("", include("maintenance.configuration.urls")),
    path("", include("calendars.urls")),
    path("", include("reports.urls")),
    path("", include("activity.urls")),
    path(settings.RECORDS_PATH.lstrip("/"), include("maintenance.records.urls")),
]

handler400 = "fracttal_mcp.error_pages.bad_request"
handler403 = "fracttal_mcp.error_pages.forbidden"
handler404 = "fracttal_mcp.error_pages.not_found"
handler500 = "fracttal_mcp.error_pages.server_error"

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "fracttal_mcp"
    verbose_name = "Fracttal One MCP"

    def ready(self) -> None:
        from fracttal_mcp import checks  # noqa: F401 - registers them

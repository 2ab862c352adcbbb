"""`manage.py serve`: the steps of `make run` that follow the installation."""

from __future__ import annotations

from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Company
from fracttal_mcp import key_check
from fracttal_mcp.http_connections import IDLE_SECONDS, GuardedConnection
from fracttal_mcp.one_at_a_time import one_at_a_time
from maintenance.demo.companies import COMPANIES, DEMO, PASSWORD


class Command(BaseCommand):
    help = "Bring the database up to date, fill the demo plant into a new one, and serve."
    requires_system_checks = ()
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time():
            self._prepare()
            if wrong := key_check.problem():
                raise CommandError(wrong)
        self._say_what_to_do_next()
        connection.close()
        uvicorn.run(
            "fracttal_mcp.asgi:application",
            host=settings.HOST,
            port=settings.PORT,
            workers=settings.WORKERS if settings.WORKERS > 1 else None,
            loop="uvloop",
            http=GuardedConnection,
            ws="none",
            lifespan="on",
            access_log=False,
            server_header=False,
            proxy_headers=settings.TRUSTED_PROXY,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=30,
            # Its lines go through Django's formatter too, which cuts credentials.
            log_config=None,
            log_level=settings.LOG_LEVEL.lower(),
        )

    def _prepare(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMO_PLANT and not settings.PRODUCTION and not Company.objects.exists():
            self.stdout.write("Filling the demo plant …")
            call_command("seed_demo", stdout=self.stdout)

    def _say_what_to_do_next(self) -> None:
        demo = Company.objects.filter(slug=DEMO.slug).exists() and not settings.PRODUCTION
        lines = [
            "",
            f"  Fracttal One MCP   {settings.PUBLIC_URL}",
            f"  MCP server URL     {settings.MCP_RESOURCE}",
            "",
        ]
        if demo:
            lines += [
                f"  Demo sign-ins (password {PASSWORD})",
                *(
                    f"    {sign_in.email:<25} {sign_in.group}, {company.name}"
                    for company in COMPANIES
                    for sign_in in company.sign_ins
                ),
                "",
                "  Next: sign in as admin@demo.example, open the user menu > Configuration >",
                "  API connections > OAuth consumers, press + and follow docs/guides/chatgpt.en.md.",
            ]
        elif not Company.objects.exists():
            lines.append("  Next: manage.py create_company makes the first company and its administrator.")
        lines += ["", "  Ctrl+C stops it.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

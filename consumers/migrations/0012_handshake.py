"""Adds when an app first fetched a token, the steps of connecting, and callbacks that wait."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Subquery


def connected(apps: Any, schema_editor: Any) -> None:
    """An authorization that has, or had, tokens was connected. The oldest token left says when at the latest."""
    authorizations = apps.get_model("consumers", "AppAuthorization").objects
    refresh = apps.get_model("consumers", "RefreshToken").objects.filter(authorization=OuterRef("pk"))
    access = apps.get_model("consumers", "AccessToken").objects.filter(authorization=OuterRef("pk"))
    for tokens in (refresh, access):
        oldest = tokens.order_by("created").values("created")[:1]
        authorizations.filter(Exists(tokens), connected_at=None).update(connected_at=Subquery(oldest))
    authorizations.filter(connected_at=None, last_used_at__isnull=False).update(connected_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("consumers", "0011_narrowed_authorizations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="appauthorization",
            name="connected_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="HandshakeEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "consumer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handshake_events",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("consumer", "step", "reason"), name="one_row_per_consumer_step_and_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("consumer", None)),
                        fields=("step", "reason"),
                        name="one_row_per_step_and_reason_from_anybody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParkedCallback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                ("times", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("dismissed_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "consumer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parked_callbacks",
                        to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("consumer", "url"), name="one_row_per_consumer_and_callback"
                    )
                ],
            },
        ),
        migrations.RunPython(connected, migrations.RunPython.noop),
    ]

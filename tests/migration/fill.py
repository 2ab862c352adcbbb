"""Puts at least one row into every table; the dumps beside this file were filled like this.

Copy this folder into a checkout of the commit that the dump is named after. Migrate an empty database there
with the settings of SETTINGS, run `python -m tests.migration.fill`, and dump the database.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any

import django

SETTINGS = {
    "PUBLIC_URL": "http://127.0.0.1:9",  # Replaced when a dump is loaded.
    "SECRET_KEY": "of-a-database-that-only-tests-load-0123456789-0123456789",
    "UPSTREAM_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
EMAIL, PASSWORD = "admin@old.example", "an-old-and-long-password-7"
SECRET = "fms_" + "Z9y8X7w6V5u4T3s2R1q0P9o8N7m6L5k4J3i2H1g0k7Lq"
ACCESS_TOKEN = "fma_" + "A1b2C3d4E5f6G7h8J9k0L1m2N3p4Q5r6S7t8U9v0W1x"
RESOURCE = SETTINGS["PUBLIC_URL"] + "/mcp/oauth/fracttal-one"
LINKED_TOKEN = "a-token-of-fracttal-one"
NOW = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)
LATE = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
# A document has a single owner.
LEFT_OUT = {("Document", "person"), ("Document", "third_party")}


def fill() -> None:
    """Create two companies of one administrator: one with embedded records and a token, one linked."""
    from django.apps import apps

    from accounts.models import Company, Membership, User
    from accounts.standard_groups import create_standard_groups
    from consumers.digests import digest
    from consumers.models import AccessToken, AppAuthorization, Consumer

    user = User.objects.create_user(EMAIL, PASSWORD, name="Old Administrator", language="en")
    for name in ("old", "remote"):
        company = Company.objects.create(name=name.title(), slug=name, language="en", time_zone="UTC")
        group = next(iter(create_standard_groups(company).values()))
        Membership.objects.create(user=user, company=company, permission_group=group)
    old, remote = Company.objects.get(slug="old"), Company.objects.get(slug="remote")

    connection = _model("consumers", "ApiConnection")(
        company=remote, kind="fracttal_one", client_key="gateway", remote_company_id=1190, updated_by=user
    )
    connection.set_client_secret("the secret of the gateway")
    connection.save()
    link = _model("consumers", "LinkedAccount")(
        connection=connection, user=user, expires_at=LATE, refresh_at=LATE, account_email=EMAIL
    )
    link.set_tokens(LINKED_TOKEN, "a-refresh-token")
    link.save()
    attempt = _model("consumers", "LinkAttempt")(
        connection=connection, user=user, state_digest="0" * 64, session_digest="1" * 64, expires_at=LATE
    )
    attempt.set_verifier("v" * 43)
    attempt.save()

    consumer, _secret = Consumer.objects.register(
        company=old,
        name="Old assistant",
        authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        permission_group=Membership.objects.get(user=user, company=old).permission_group,
        callback_urls=["https://chatgpt.com/connector/oauth/AbC123"],
    )
    authorization = AppAuthorization.objects.create(
        user=user,
        consumer=consumer,
        scope="maintenance:read maintenance:write offline_access",
        resource=RESOURCE,
        redirect_uri=consumer.callback_urls[0],
        ends_at=LATE,
    )
    AccessToken.objects.create(
        user=user,
        application=consumer,
        authorization=authorization,
        token_checksum=digest(ACCESS_TOKEN),
        scope=authorization.scope,
        resource=[RESOURCE],
        expires=LATE,
        token_family=uuid.UUID(int=1),
    )
    # Somebody else has the second factor for sign-in.
    careful = User.objects.create_user("careful@old.example", PASSWORD, name="Careful", language="en")
    _model("mfa", "Authenticator").objects.create(user=careful, type="recovery_codes", data={})
    for model in apps.get_models():
        _one_of(model)


def _model(app: str, name: str) -> Any:
    """Find a model by its app in that commit."""
    from django.apps import apps

    return apps.get_model(app, name)


def _one_of(model: Any) -> Any:
    """Return a row of the model: the first, or one with a value in each field that needs one."""
    first = model._default_manager.order_by("pk").first()
    if first is not None:
        return first
    made = model()
    for field in model._meta.concrete_fields:
        if field.primary_key and not field.remote_field:
            continue
        if field.remote_field:
            if field.related_model is not model and (model.__name__, field.name) not in LEFT_OUT:
                setattr(made, field.name, _one_of(field.related_model))
        elif field.name == "outcome" or not (field.has_default() or field.null or field.blank):
            setattr(made, field.attname, _value(field))
    made.save(force_insert=True)
    return made


def _value(field: Any) -> Any:
    kind = field.get_internal_type()
    if kind == "DateTimeField" and field.name.startswith(("expires", "ends", "again")):
        return LATE
    if field.name == "outcome":
        return "done"  # operations in progress are settled when the product starts
    if field.choices:
        return field.choices[0][0]
    if kind in {"CharField", "TextField", "EmailField", "URLField", "SlugField"}:
        return f"old-{field.name}"[: field.max_length]
    return {
        "DateTimeField": NOW,
        "DateField": NOW.date(),
        "TimeField": NOW.time(),
        "DecimalField": decimal.Decimal(1),
        "JSONField": [],
        "UUIDField": uuid.UUID(int=2),
        "BooleanField": True,
        "DurationField": dt.timedelta(hours=1),
        "FloatField": 1.0,
    }.get(kind, 1)


if __name__ == "__main__":
    django.setup()
    fill()

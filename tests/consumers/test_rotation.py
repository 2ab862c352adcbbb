"""Two live secrets of a consumer: at the token endpoint, on the screens, by command, and before their end."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import logging
import re
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from audit.models import Event
from consumers.models import Consumer, ConsumerSecret
from tests.conftest import World
from tests.consumers.conftest import Program, Register
from tests.consumers.registered import consumer_in
from tests.pages import browser, drawn, form_at, post, send, text_of

LIST = "/settings/api-connections/oauth-consumers/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def bot(register: Register) -> Program:
    return register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])


def page_of(program: Program) -> str:
    return f"{LIST}{program.consumer.pk}/"


def secret_in(answer: Any) -> str:
    (secret,) = re.findall(r'<code id="secret">(fms_[^<]+)</code>', text_of(answer))
    return str(secret)


def added(client: Client, program: Program, **fields: str) -> str:
    """Add a secret on the consumer's page. Return it."""
    action = f"{page_of(program)}secrets/add/"
    answer = send(client, page_of(program), fields, action=action)
    assert answer.status_code == 200, text_of(answer)
    return secret_in(answer)


def removed(client: Client, program: Program, hint: str) -> Any:
    """Press Remove beside the secret with this hint, and confirm."""
    secret = ConsumerSecret.objects.get(consumer=program.consumer, hint=hint, revoked_at=None)
    url = f"{page_of(program)}secrets/{secret.pk}/remove/"
    asked = client.post(url, drawn(client, page_of(program)))
    if asked.status_code != 200:
        return asked
    return client.post(url, dict(form_at(asked, url).fields))


def works(program: Program, secret: str) -> bool:
    answer = program.token(grant_type="client_credentials", client_secret=secret)
    if answer.status_code == 401:
        assert answer.json() == {
            "error": "invalid_client",
            "error_description": "Unknown client, or wrong client authentication.",
        }
    return bool(answer.status_code == 200)


def events(kind: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_email, consumer_name, subject_name, outcome FROM audit_event WHERE kind = %s"
            " ORDER BY id",
            [kind],
        )
        return list(cursor.fetchall())


def test_case_258_two_secrets_work_until_one_is_removed(world: World, bot: Program) -> None:
    client, old = browser(world.owner), bot.secret
    new = added(client, bot)
    assert old != new
    assert works(bot, old)
    assert works(bot, new)
    assert not works(bot, new[:-1] + ("A" if new[-1] != "A" else "B"))
    assert removed(client, bot, old[-4:])["Location"] == page_of(bot)
    assert not works(bot, old)
    assert works(bot, new)
    assert events("consumer.secret_added") == [("owner@example.com", "ChatGPT", f"••••{new[-4:]}", "done")]
    assert events("consumer.secret_removed") == [("owner@example.com", "ChatGPT", f"••••{old[-4:]}", "done")]


def test_a_third_is_refused_with_what_to_do(world: World, bot: Program) -> None:
    client = browser(world.owner)
    second = added(client, bot)
    action = f"{page_of(bot)}secrets/add/"
    answer = send(client, page_of(bot), {}, action=action)
    assert answer.status_code == 422
    assert "Two secrets work already." in text_of(answer)
    assert "fms_" not in text_of(answer)
    assert len(events("consumer.secret_added")) == 1
    assert works(bot, bot.secret)
    assert works(bot, second)


def test_the_last_one_that_works_stays(world: World, bot: Program) -> None:
    client = browser(world.owner)
    assert removed(client, bot, bot.secret[-4:])["Location"] == page_of(bot)
    assert "This is the only secret that works." in text_of(client.get(page_of(bot)))
    assert works(bot, bot.secret)
    # One that expired is not another one that works.
    new = added(client, bot, days="90")
    ConsumerSecret.objects.filter(hint=new[-4:]).update(expires_at=timezone.now() - DAY)
    removed(client, bot, bot.secret[-4:])
    assert works(bot, bot.secret)
    removed(client, bot, new[-4:])
    assert events("consumer.secret_removed") == [("owner@example.com", "ChatGPT", f"••••{new[-4:]}", "done")]


def test_removing_asks_first_and_says_when_it_was_used(world: World, bot: Program) -> None:
    client = browser(world.owner)
    new = added(client, bot)
    assert works(bot, bot.secret)
    ConsumerSecret.objects.filter(hint=bot.secret[-4:]).update(
        last_used_at=F("last_used_at") - dt.timedelta(minutes=3)
    )
    for secret, words in (
        (new, "No program has used it yet."),
        (bot.secret, "last used it 3\xa0minutes ago."),
    ):
        row = ConsumerSecret.objects.get(hint=secret[-4:])
        url = f"{page_of(bot)}secrets/{row.pk}/remove/"
        asked = text_of(client.post(url, drawn(client, page_of(bot))))
        assert words in asked
        assert f"••••{secret[-4:]}" in asked
        row.refresh_from_db()
        assert row.revoked_at is None


def test_case_254_a_new_secret_is_shown_once_and_stored_nowhere(
    world: World, bot: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = browser(world.owner)
    action = f"{page_of(bot)}secrets/add/"
    data = dict(form_at(client.get(page_of(bot)), action).fields)
    answer = client.post(action, data)
    new = secret_in(answer)
    assert "no-store" in answer["Cache-Control"]
    assert text_of(answer).count(new) == 2, "shown, and for its copy button"
    again = client.post(action, data)
    assert again["Location"] == page_of(bot), "a reload adds none and shows none"
    assert "already been added" in text_of(client.get(page_of(bot)))
    assert ConsumerSecret.objects.count() == 2
    works(bot, new)
    works(bot, new + "x")
    for path in (page_of(bot), LIST, action):
        assert new not in text_of(client.get(path))
    assert new not in caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any(new in str(row) for row in cursor.fetchall()), table


@pytest.mark.parametrize(("days", "expected"), [("", None), ("90", 90), ("180", 180), ("365", 365)])
def test_expiry_is_chosen(world: World, bot: Program, days: str, expected: int | None) -> None:
    new = added(browser(world.owner), bot, days=days)
    ends = ConsumerSecret.objects.get(hint=new[-4:]).expires_at
    if expected is None:
        assert ends is None
    else:
        assert ends is not None
        assert abs(ends - timezone.now() - expected * DAY) < dt.timedelta(minutes=1)


def test_another_expiry_is_refused(world: World, bot: Program) -> None:
    client, action = browser(world.owner), f"{page_of(bot)}secrets/add/"
    for days in ("1", "-1", "9" * 30, "x\0"):
        answer = send(client, page_of(bot), {"days": days}, action=action)
        assert answer.status_code == 422
        assert "Choose from the list." in text_of(answer)
    assert ConsumerSecret.objects.count() == 1


def test_why_a_secret_is_refused_stands_in_the_log_only(
    bot: Program, program: Program, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    """`works` compares the answer: it is the same for each reason."""
    public = register(public=True)
    expired, gone, _live = (
        ConsumerSecret.objects.create(consumer=bot.consumer, hint="", digest=digest_of(value), **ends)
        for value, ends in (
            ("fms_expired", {"expires_at": timezone.now() - DAY}),
            ("fms_removed", {"revoked_at": timezone.now() - DAY, "expires_at": timezone.now() + DAY}),
            ("fms_live", {"expires_at": timezone.now() + DAY}),
        )
    )
    assert works(bot, "fms_live")
    for secret, reason, asked in (
        ("fms_expired", "secret_expired", bot),
        ("fms_removed", "secret_removed", bot),
        ("fms_wrong", "secret_wrong", bot),
        (program.secret, "secret_wrong", bot),
        ("", "secret_missing", bot),
        ("fms_x", "secret_of_public_client", public),
    ):
        caplog.clear()
        assert not works(asked, secret)
        assert f"reason='{reason}'" in caplog.text, reason
        assert "fms_" not in caplog.text
    assert (expired.last_used_at, gone.last_used_at) == (None, None)


def digest_of(secret: str) -> str:
    key = settings.CREDENTIAL_HASH_KEY.encode()
    return hmac.new(key, b"credential\0" + secret.encode(), "sha256").hexdigest()


def test_expired_and_removed_secrets_refuse_refresh_and_revocation_too(
    world: World, program: Program
) -> None:
    tokens = program.connect(world.owner)
    ConsumerSecret.objects.update(expires_at=timezone.now() - DAY)
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_client"
    ConsumerSecret.objects.update(expires_at=timezone.now() + DAY)
    assert program.refresh(tokens["refresh_token"]).status_code == 200


def test_use_is_recorded_once_a_minute(bot: Program) -> None:
    (secret,) = bot.consumer.secrets.all()
    assert secret.last_used_at is None
    assert not works(bot, "fms_wrong")
    secret.refresh_from_db()
    assert secret.last_used_at is None
    recent, long_ago = (timezone.now() - dt.timedelta(seconds=seconds) for seconds in (30, 90))
    for before, kept in ((recent, True), (long_ago, False)):
        ConsumerSecret.objects.update(last_used_at=before)
        assert works(bot, bot.secret)
        secret.refresh_from_db()
        assert (secret.last_used_at == before) is kept


def test_many_removed_secrets_do_not_hide_the_live_ones(world: World, bot: Program) -> None:
    client = browser(world.owner)
    for _round in range(10):
        new = added(client, bot)
        removed(client, bot, new[-4:])
    second = added(client, bot)
    assert works(bot, bot.secret)
    assert works(bot, second)
    assert ConsumerSecret.objects.count() == 12


def test_adding_takes_expired_ones_away(world: World, bot: Program) -> None:
    client = browser(world.owner)
    first = added(client, bot, days="90")
    ConsumerSecret.objects.filter(hint=first[-4:]).update(expires_at=timezone.now() - DAY)
    assert "expired" in text_of(client.get(page_of(bot)))
    second = added(client, bot)
    page = text_of(client.get(page_of(bot)))
    assert f"••••{first[-4:]}" not in page
    assert f"••••{second[-4:]}" in page
    assert f"••••{bot.secret[-4:]}" in page


def test_badges_before_the_end(world: World, bot: Program) -> None:
    client = browser(world.owner)
    for days, words in ((31, None), (30, "expires within 30 days"), (7, "7 days"), (1, "within 1 day<")):
        ends = timezone.now() + days * DAY - dt.timedelta(minutes=5 if words else -5)
        ConsumerSecret.objects.update(expires_at=ends)
        for path in (page_of(bot), LIST):
            assert (words or "expires within") in text_of(client.get(path)) or words is None
            if words is None:
                assert "expires within" not in text_of(client.get(path))
    ConsumerSecret.objects.update(expires_at=timezone.now() - DAY)
    assert "its secret has expired" in text_of(client.get(LIST))
    assert "Does not work yet: its secret has expired." in text_of(client.get(page_of(bot)))


def test_each_step_is_recorded_once(bot: Program, program: Program, register: Register) -> None:
    off = register(name="Off", enabled=False)
    said: list[int] = []
    for left in (40, 29.5, 29, 8, 6.5, 2, 0.9, 0.1, -1):
        ConsumerSecret.objects.filter(consumer__in=[bot.consumer, off.consumer]).update(
            expires_at=timezone.now() + left * DAY
        )
        for _again in range(2):
            call_command("clear_expired_tokens", stdout=StringIO())
        said = [row["facts"]["days"] for row in Event.objects.order_by("pk").values("facts")]
    assert said == [30, 7, 1]
    assert {row[1:] for row in events("consumer.secret_expiring")} == {
        ("ChatGPT", f"••••{bot.secret[-4:]}", "done")
    }


def test_a_short_life_is_announced_at_its_own_step(bot: Program) -> None:
    ConsumerSecret.objects.update(expires_at=timezone.now() + 3 * DAY)
    call_command("clear_expired_tokens", stdout=StringIO())
    assert [event.facts["days"] for event in Event.objects.all()] == [7]


def test_the_command_adds_and_removes(bot: Program, program: Program, register: Register) -> None:
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("rotate_secret", *arguments, stdout=out)
        return out.getvalue()

    made = json.loads(run(bot.key, "--days", "90", "--json"))
    assert works(bot, made["secret"])
    assert works(bot, bot.secret)
    with pytest.raises(CommandError, match="Two secrets work already"):
        run(bot.key)
    assert bot.secret[-4:] in run(bot.key, "--remove", bot.secret[-4:])
    assert not works(bot, bot.secret)
    with pytest.raises(CommandError, match="only secret that works"):
        run(bot.key, "--remove", made["secret"][-4:])
    with pytest.raises(CommandError, match="No single secret ends in"):
        run(bot.key, "--remove", "xxxx")
    for key in ("fmk_unknown", "\0"):
        with pytest.raises(CommandError, match="no consumer with the key"):
            run(key)
    with pytest.raises(CommandError, match="takes 1 to 3650"):
        run(bot.key, "--days", "0")
    with pytest.raises(CommandError, match="public client has no secret"):
        run(register(public=True).key)
    assert "fms_" in run(program.key)
    assert events("consumer.secret_removed") == [("", "ChatGPT", f"••••{bot.secret[-4:]}", "done")]


def test_a_public_consumer_and_one_of_another_company(world: World) -> None:
    client = browser(world.owner)
    public, mine = consumer_in(world, public=True), consumer_in(world, "Mine")
    foreign = consumer_in(world, "Foreign", stranger=True)
    assert "Add a secret" not in text_of(client.get(f"{LIST}{public.pk}/"))
    assert ConsumerSecret.objects.filter(consumer=public).count() == 0
    other = foreign.secrets.get()
    for path in (
        f"{LIST}{public.pk}/secrets/add/",
        f"{LIST}{foreign.pk}/secrets/add/",
        f"{LIST}{foreign.pk}/secrets/{other.pk}/remove/",
        f"{LIST}{mine.pk}/secrets/{other.pk}/remove/",
        f"{LIST}{mine.pk}/secrets/{'9' * 18}/remove/",
    ):
        assert post(client, path, {"confirmed": "1", "form_id": "a"}).status_code == 404, path
    other.refresh_from_db()
    assert other.revoked_at is None


def test_only_administrators(world: World, bot: Program) -> None:
    client, url = browser(world.colleague), f"{page_of(bot)}secrets/"
    pk = bot.consumer.secrets.get().pk
    assert post(client, f"{url}add/", {"form_id": "a"}).status_code == 403
    assert post(client, f"{url}{pk}/remove/", {"confirmed": "1"}).status_code == 403
    assert ConsumerSecret.objects.count() == 1

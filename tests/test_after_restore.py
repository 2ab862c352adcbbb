"""`manage.py after_restore`: each kind of thing that a backup would bring back to life has ended after it."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from audit.verification import Anchor, compare, verify
from calendars import links
from consumers.models import AppAuthorization, Grant
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from consumers.trusted_issuers.models import TrustedIssuer
from tests.conftest import World
from tests.consumers.conftest import Program, is_live, nothing_kept, program, register
from tests.factories import PASSWORD
from tests.pages import browser, send, text_of

__all__ = ["nothing_kept", "program", "register"]

WEEK = dt.timedelta(days=7)


def after_restore(*options: str) -> str:
    said = StringIO()
    call_command("after_restore", *options, stdout=said)
    return said.getvalue()


def test_case_231_what_lets_in_has_ended(program: Program, world: World) -> None:
    """ASVS 10.4.9 and 7.4.2 through a restore, kind by kind."""
    tokens, code = program.connect(world.owner), program.code(world.colleague)
    Invitation.objects.create(
        company=world.company, email="new@example.com", permission_group=world.owner_group,
        token_digest="0" * 64, expires_at=timezone.now() + WEEK,
    )  # fmt: skip
    InitialAccessToken.objects.create(
        company=world.company, permission_group=world.owner_group, label="CI", token_digest="1" * 64,
        hint="abcd", expires_at=timezone.now() + WEEK,
    )  # fmt: skip
    RegistrationRules.objects.create(company=world.company, mode=RegistrationRules.Mode.INBOX)
    Registration.objects.create(
        company=world.company, way="anonymous", client_id="fmk_1", name="A", token_digest="2" * 64
    )
    TrustedIssuer.objects.create(company=world.company, name="Okta", issuer="https://okta.example")
    RecoveryCodes.activate(world.owner)
    calendar = links.renew(world.owner.memberships.get(), "")
    session = browser(world.owner)
    assert session.get("/profile/").status_code == 200

    said = after_restore()
    assert "app authorizations: 2" in said
    assert not is_live(tokens["access_token"])
    assert not AppAuthorization.objects.live().exists()
    assert not Grant.objects.filter(expires__gt=timezone.now()).exists()
    assert program.redeem(code).status_code == 400
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    assert not Invitation.objects.open().exists()
    assert not InitialAccessToken.objects.live().exists()
    assert not Registration.objects.exclude(token_digest="").exists()
    assert not TrustedIssuer.objects.filter(enabled=True).exists()
    assert not Authenticator.objects.exists()
    assert links.membership_of(calendar.rpartition("/")[2].removesuffix(".ics")) is None
    assert session.get("/profile/").status_code == 302
    assert not any(user.check_password(PASSWORD) for user in User.objects.all())
    assert SecurityPolicy.objects.exclude(switched_off_at=None).count() == 2, "both companies"


def test_case_231_a_link_that_was_mailed_before_opens_nothing(world: World) -> None:
    """Such a link is signed and not stored, so the instant of the restore ends it."""
    send(Client(), "/accounts/password/reset/", {"email": world.owner.email})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    assert "-set-password/" in Client().get(found[1]).get("Location", "")
    after_restore("--keep-passwords")
    assert "no longer works" in text_of(Client().get(found[1]))
    world.owner.refresh_from_db()
    assert world.owner.check_password(PASSWORD)


def test_the_log_explains_a_restore_and_nothing_else(program: Program, world: World) -> None:
    program.connect(world.owner)
    kept = verify(world.company.pk)
    lost = Anchor(world.company.pk, kept.position + 5, "0" * 64, timezone.now())
    before = Anchor(world.company.pk, kept.position, "0" * 64, timezone.now())
    assert compare(lost)
    after_restore("--keep-passwords")
    assert verify(world.company.pk).broken == ""
    assert compare(lost) == ""
    assert compare(before), "an event that the backup holds was not lost with it"
    later = Anchor(world.company.pk, kept.position + 5, "0" * 64, timezone.now())
    assert compare(later), "an anchor from after the restore is not explained by it"
    assert compare(Anchor(world.company.pk, kept.position + 5, "0" * 64)), "nor one without a time"
    assert Event.objects.filter(kind="log.restored").count() >= 2

"""A company whose pages show all they can: long and odd names, warnings, open requests, a month of calls."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from accounts.models import Membership, User, WaitingAddress
from accounts.pause import pause_writes
from accounts.security_policy import SecurityPolicy
from accounts.waiting_address import LIFETIME, digest_of, make_token
from audit.kinds import Kind
from consumers.handshake.models import HandshakeEvent
from consumers.models import Consumer, ConsumerSecret
from consumers.policy.models import AccessRequest
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer
from maintenance.models import WorkOrderStatus
from tests.activity.events import called, happened
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory, invite
from tests.gateway.tools.small_plant import SmallPlant

LONG = "Mantenimiento y operaciones de la planta de tratamiento de aguas residuales del norte"
SECRET = "JBSWY3DPEHPK3PXP"


def trusted_in(world: World) -> TrustedIssuer:
    """Create an issuer that shows everything its pages can: a long URL, a person, an app disconnected by each
    side.
    """
    issuer: TrustedIssuer = TrustedIssuer.objects.create(
        company=world.company,
        name="Identities of Claude " * 3,
        issuer=f"https://identity.example.com/issuers/{'0c1d2e3f' * 8}",
        tenant="acme",
    )
    IssuerLink.objects.create(issuer=issuer, subject="00u" + "x" * 200, user=world.owner)
    consumer = consumer_in(world, "Claude")
    for user, by in ((world.owner, world.owner), (world.colleague, world.owner)):
        authorize(user, consumer, WRITE, issuer=issuer, redirect_uri="").revoke(by=by)
    authorize(world.owner, consumer, WRITE, issuer=issuer, redirect_uri="")
    return issuer


def watched(world: World) -> Consumer:
    """A consumer whose connection stopped at the token, with two callbacks that wait."""
    consumer = consumer_in(world, "Watched")
    consumer.parked_callbacks.create(url=f"https://chatgpt.com/connector/oauth/{'x' * 200}")
    consumer.parked_callbacks.create(url="https://evil.example/" + "y" * 300, asked_by=world.colleague)
    HandshakeEvent.objects.create(step="challenge")
    for step in ("authorize", "sign_in", "consent", "code"):
        HandshakeEvent.objects.create(consumer=consumer, step=step)
    HandshakeEvent.objects.create(consumer=consumer, step="token", reason="secret_wrong", times=3)
    return consumer


def address_waits(world: World) -> str:
    """Let a new address of the colleague wait for its confirmation, and return the token of the message."""
    token = make_token()
    WaitingAddress.objects.create(
        membership=Membership.objects.get(user=world.colleague), asked_by=world.owner,
        email="ana.maria.torres-gutierrez@maintenance.example.com",
        expires_at=timezone.now() + LIFETIME, token_digest=digest_of(token),
    )  # fmt: skip
    return token


def month_of_calls(world: World, apps: list[Consumer]) -> None:
    now = timezone.now()
    for number in range(60):
        called(
            world.company, ("create_work_order", "list_assets")[number % 2], consumer=apps[number % 2],
            user=world.colleague, at=now - dt.timedelta(hours=number * 11), subject_id="OT-" + "9" * number,
            outcome=("done", "done", "refused", "failed")[number % 4], milliseconds=number * 37,
        )  # fmt: skip
    happened(world.company, Kind.CONSUMER_CHANGED, user=world.owner, consumer=apps[0], at=now,
             changes={"callback_urls": [["https://example.com/" + "a" * 200], []]},
             facts={"client": "x" * 200})  # fmt: skip


def fill(world: World) -> Consumer:
    """Fill the company, and return its consumer with the longest name and two secrets."""
    User.objects.filter(pk=world.colleague.pk).update(name=LONG)
    TOTP.activate(world.colleague, SECRET)
    networks = ["203.0.113.0/24", "2001:db8:1234:5678::/64"]
    app = consumer_in(world, LONG + " y del sur", description="https://example.com/" + "a" * 400,
                      toolsets=["planning"], allowed_networks=networks)  # fmt: skip
    ConsumerSecret.objects.filter(consumer=app).update(expires_at=timezone.now() + dt.timedelta(days=6))
    ConsumerSecret.objects.issue(app, by=world.owner)
    odd = consumer_in(world, "مساعد الصيانة", enabled=False)
    for person in (world.owner, world.colleague):
        authorize(person, app, WRITE)
    authorize(world.colleague, odd, connected_at=None)
    AccessRequest.objects.create(consumer=app, membership=Membership.objects.get(user=world.colleague))
    invite("a-person-with-a-long-name@maintenance.example.com", world.owner_group, by=world.owner)
    invite(world.owner.email, world.stranger_group, by=world.stranger)
    month_of_calls(world, [app, odd])
    SecurityPolicy.objects.create(company=world.company, idle_minutes=60)
    pause_writes(world.company, world.owner, "")
    return app


def reader_of_a_plant() -> User:
    """A person of a company with two open work orders, who may read them and their figures."""
    plant = SmallPlant(timezone.now(), "America/Bogota")
    for code in ("PUMP", "FAN"):
        plant.to_do(plant.order(WorkOrderStatus.IN_PROCESS), plant.item(code), description=f"Grease {code}",
                    duration=7200)  # fmt: skip
    group = PermissionGroupFactory(
        company=plant.company, rights=["assets:view", "work_orders:view", "metrics:view"]
    )
    person: User = UserFactory()
    MembershipFactory(user=person, permission_group=group)
    return person

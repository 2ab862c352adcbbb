"""A company with 10,000 people and consumers and 100,000 app authorizations, made by the database."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import Membership, User
from consumers.models import AppAuthorization, Consumer
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.factories import MembershipFactory, UserFactory

LIST = "/settings/api-connections/oauth-consumers/"
ALL = "/settings/api-connections/app-authorizations/"
USERS, GROUPS = "/settings/user-accounts/", "/settings/user-accounts/groups/"
PAGES = [
    LIST, f"{LIST}?page=2", f"{LIST}?q=asistente&sort=-users", f"{LIST}?state=enabled&sort=created",
    ALL, f"{ALL}?page=2", f"{ALL}?q=nandu+asistente", f"{ALL}?state=connected&sort=person",
    USERS, f"{USERS}?page=2", f"{USERS}?q=NANDU&sort=-email", GROUPS,
]  # fmt: skip
FOUND_ONCE = f"{ALL}?q=4711"  # one person and one app of a large company
PEOPLE = CONSUMERS = 10_000
AUTHORIZATIONS = 100_000


def grow(
    world: World,
    *,
    stranger: bool = False,
    people: int = PEOPLE,
    consumers: int = CONSUMERS,
    authorizations: int = AUTHORIZATIONS,
) -> None:
    """Copy one person, one consumer and one authorization of a company until there are so many."""
    group = world.stranger_group if stranger else world.colleague_group
    user = UserFactory(name="Ñandú", email=f"model@{group.company.slug}.example.com")
    member = MembershipFactory(user=user, permission_group=group)
    consumer = consumer_in(world, "Asistente", stranger=stranger)
    authorization = authorize(user, consumer, connected_at=timezone.now())
    base = 1_000_000 * group.company_id  # keys that no sequence reaches
    copy(
        User,
        user.pk,
        base,
        people,
        {
            "email": f"'p' || n || '@{group.company.slug}.example.com'",
            "name": "'Ñandú ' || n",
            "folded_name": "'nandu ' || n",
            "folded": f"'nandu ' || n || ' p' || n || '@{group.company.slug}.example.com'",
        },
    )
    copy(Membership, member.pk, base, people, {"user_id": f"{base} + n"})
    copy(
        Consumer,
        consumer.pk,
        base,
        consumers,
        {
            "client_id": f"'fmk_{group.company.slug}_' || n",
            "name": "'Asistente ' || n",
            "folded_name": "'asistente ' || n",
            "folded": f"'asistente ' || n || ' fmk_{group.company.slug}_' || n",
        },
    )
    copy(
        AppAuthorization,
        authorization.pk,
        base,
        authorizations,
        {
            "user_id": f"{base} + 1 + (n - 1) % {people - 1}",
            "consumer_id": f"{base} + 1 + ((n - 1) / {people - 1} * 7 + n) % {consumers - 1}",
        },
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def copy(model: type[Model], key: int, base: int, count: int, changes: dict[str, str]) -> None:
    """Copy a row `count` - 1 times with keys after `base`; `changes` are SQL expressions of `n`."""
    options = model._meta
    columns = [str(field.column) for field in options.local_concrete_fields]
    values = {"id": f"{base} + n", **changes}
    selected = ", ".join(values.get(column, f"t.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {options.db_table} ({', '.join(columns)})"
            " WITH RECURSIVE numbers(n) AS"
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
            f" SELECT {selected} FROM {options.db_table} t, numbers WHERE t.id = {key}"
        )

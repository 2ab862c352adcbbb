"""Small worlds for tests: an owner, a colleague and a stranger."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Company, Invitation, Membership, PermissionGroup, User
from accounts.rights import ALL_RIGHTS

PASSWORD = "correct horse battery"


@cache
def hashed(password: str) -> str:
    """Hash PASSWORD as sign-up does, but only once for all people, because the hash is slow."""
    return make_password(password)


class _Company(DjangoModelFactory[Company]):
    class Meta:
        model = Company

    name = Sequence(lambda n: f"Planta {n}")
    slug = Sequence(lambda n: f"planta-{n}")
    language = "en"
    time_zone = "America/Bogota"


class _PermissionGroup(DjangoModelFactory[PermissionGroup]):
    class Meta:
        model = PermissionGroup

    company = SubFactory(_Company)
    name = Sequence(lambda n: f"Group {n}")
    rights = LazyFunction(lambda: sorted(ALL_RIGHTS))


class _User(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.com")
    name = Sequence(lambda n: f"Person {n}")
    language = "en"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = hashed(kwargs.pop("password", PASSWORD))
        user: User = super()._create(model_class, *args, password=password, **kwargs)
        return user


class _Membership(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = SubFactory(_User)
    permission_group = SubFactory(_PermissionGroup)
    company = SelfAttribute("permission_group.company")


CompanyFactory: Callable[..., Company] = _Company.create
PermissionGroupFactory: Callable[..., PermissionGroup] = _PermissionGroup.create
UserFactory: Callable[..., User] = _User.create
MembershipFactory: Callable[..., Membership] = _Membership.create


def invite(email: str, group: PermissionGroup, by: User) -> str:
    """Create an invitation without mailing it. Return the token of its link."""
    invitation = Invitation(company=group.company, email=email, permission_group=group, invited_by=by)
    token = invitation.renew()
    invitation.save()
    return token

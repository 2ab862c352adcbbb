"""Small worlds for tests: an owner, a colleague and a stranger."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import Company, Membership, PermissionGroup, User
from accounts.rights import ALL_RIGHTS

PASSWORD = "correct horse battery"


class CompanyFactory(DjangoModelFactory[Company]):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Planta {n}")
    slug = factory.Sequence(lambda n: f"planta-{n}")
    language = "en"
    time_zone = "America/Bogota"


class PermissionGroupFactory(DjangoModelFactory[PermissionGroup]):
    class Meta:
        model = PermissionGroup

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Group {n}")
    rights = factory.LazyFunction(lambda: sorted(ALL_RIGHTS))


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    language = "en"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    permission_group = factory.SubFactory(PermissionGroupFactory)
    company = factory.SelfAttribute("permission_group.company")

"""The people of a demo plant, and the accounts with which some of them sign in."""

from __future__ import annotations

import datetime

from accounts.models import Membership, User
from accounts.standard_groups import create_standard_groups
from maintenance.demo.companies import PASSWORD
from maintenance.demo.plant import Plant
from maintenance.demo.staff import MANAGER, PLANNER
from maintenance.models import Personnel

SHIFTS = ("Turno A 06-14", "Turno B 14-22", "Turno C 22-06", "Administrativo 08-17")


def add_people(plant: Plant) -> None:
    rng, address = plant.rng("people"), plant.spec.address
    groups = create_standard_groups(plant.company)
    numbers: dict[str, int] = {}
    for person in plant.spec.people:
        role = person.role
        number = numbers[role.prefix] = numbers.get(role.prefix, 0) + 1
        shift = SHIFTS[3] if role in (MANAGER, PLANNER) else rng.choice(SHIFTS[:3])
        email = f"{role.prefix.lower()}{number:02d}@{plant.company.slug}.example"
        if person.account is not None:
            email = person.account.email
            user = User.objects.filter(email=email).first() or User.objects.create_user(
                email, PASSWORD, name=f"{person.first_name} {person.last_name}"
            )
            Membership.objects.create(
                user=user, company=plant.company, permission_group=groups[person.account.group]
            )
        plant.staff.append(
            Personnel(
                company=plant.company,
                code=f"{role.prefix}-{number:02d}",
                first_name=person.first_name,
                last_name=person.last_name,
                email=email,
                account_email=email if person.account else None,
                active=number != 9,
                creation_date=plant.today - datetime.timedelta(days=rng.randint(750, 2500)),
                address=address.street,
                city=address.city,
                state=address.state,
                country=address.country,
                zip_code=address.zip_code,
                telephone_1=f"+57 60{rng.randint(1, 8)} {rng.randint(2000000, 7999999)}",
                location=rng.choice(plant.locations),
                work_shift=shift,
                hourly_rate=f"{plant.term(role.rate)} - {role.hourly_rate}",
                group_1=plant.term(role.group_1),
                group_2=plant.term(role.group_2),
            )
        )
    Personnel.objects.bulk_create(plant.staff)

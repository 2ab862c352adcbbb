"""Pages about people and third parties."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import (
    Personnel,
    ThirdParty,
    ThirdPartyType,
)
from maintenance.records import links
from maintenance.records.changes import add_changes
from maintenance.records.latest_work import add_latest_work
from maintenance.records.page import (
    Page,
    Table,
    may,
    money,
    of_company,
    one,
    record_page,
)
from maintenance.rules.visibility import visible_tasks

MOST_ROWS = 100


@record_page("people:view")
def person(principal: Principal, code: str) -> Page:
    someone: Personnel = one(of_company(Personnel, principal).select_related("location"), code=code)
    page = Page(_("Person"), someone.full_name, _("Active") if someone.active else _("Inactive"))
    page.add(_("Code"), someone.code)
    page.add(_("E-mail"), links.e_mail(someone.email))
    page.add(_("Telephone"), someone.telephone_1)
    page.add(_("Group"), someone.group_1)
    page.add(_("Role"), someone.group_2)
    page.add(_("Work shift"), someone.work_shift)
    page.add(_("Location"), links.asset(principal, someone.location))
    page.add(_("City"), someone.city)
    if may(principal, "work_orders:view"):
        add_latest_work(page, principal, visible_tasks(principal).filter(work_order__responsible=someone))
    add_changes(page, principal, someone)
    return page


@record_page("third_parties:view")
def third_party(principal: Principal, code: str) -> Page:
    party: ThirdParty = one(of_company(ThirdParty, principal), code=code)
    page = Page(_("Third party"), party.name, _("Active") if party.active else _("Inactive"))
    page.add(_("Code"), party.code)
    kinds = [str(labels.THIRD_PARTY_TYPE[ThirdPartyType(kind)]) for kind in party.types]
    page.add(_("Type"), ", ".join(kinds))
    page.add(_("Address"), ", ".join(part for part in (party.address, party.city, party.country) if part))
    page.add(_("E-mail"), links.e_mail(party.email))
    page.add(_("Telephone"), party.telephone_1)
    contacts = list(party.contacts.all()[:MOST_ROWS])
    if contacts:
        page.tables.append(
            Table(
                _("Contacts"),
                (_("Name"), _("Role"), _("E-mail"), _("Telephone")),
                [
                    (contact.name, contact.role, links.e_mail(contact.email), contact.telephone)
                    for contact in contacts
                ],
            )
        )
    services = list(party.services.all()[:MOST_ROWS])
    if services:
        page.tables.append(
            Table(
                _("Services"),
                (_("Service"), _("Cost"), _("Unit")),
                [(service.description, money(service.cost), service.unit) for service in services],
            )
        )
    add_changes(page, principal, party)
    return page

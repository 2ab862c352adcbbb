"""Who made and changed a record, and through which app, as a table of its page."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.principal import Principal
from maintenance.models import Action, Transaction
from maintenance.records.page import Page, Table, moment
from maintenance.rules.transaction_log import changes_of

NEWEST = 10
# The screens that name the record itself; an entry of another one is about a part of it.
OF_RECORDS = {
    "WORK_ORDERS", "REQUESTS", "ASSETS", "METERS", "PERSONNEL", "WAREHOUSES", "INVENTORIES", "THIRD_PARTIES",
}  # fmt: skip
# By a person through an app, by a person, by a program.
SENTENCES: Mapping[Action, tuple[Promise, Promise, Promise]] = {
    Action.ADD: (
        gettext_lazy("Created with %(app)s by %(person)s"),
        gettext_lazy("Created by %(person)s"),
        gettext_lazy("Created with %(app)s"),
    ),
    Action.EDIT: (
        gettext_lazy("Changed with %(app)s by %(person)s"),
        gettext_lazy("Changed by %(person)s"),
        gettext_lazy("Changed with %(app)s"),
    ),
    Action.FINISHED: (
        gettext_lazy("Closed with %(app)s by %(person)s"),
        gettext_lazy("Closed by %(person)s"),
        gettext_lazy("Closed with %(app)s"),
    ),
    Action.CANCELLED: (
        gettext_lazy("Cancelled with %(app)s by %(person)s"),
        gettext_lazy("Cancelled by %(person)s"),
        gettext_lazy("Cancelled with %(app)s"),
    ),
}


def add_changes(page: Page, principal: Principal, record: Model) -> None:
    newest = changes_of(record, principal.company_id)[:NEWEST]
    rows = [(sentence(change), moment(change.event_date)) for change in newest]
    if rows:
        page.tables.append(Table(_("Changes"), (_("Change"), _("Date")), rows))


def sentence(change: Transaction) -> str:
    own = change.sub_module in OF_RECORDS and change.action in SENTENCES
    together, person, program = SENTENCES[Action(change.action) if own else Action.EDIT]
    words = person if not change.via_app else together if change.email else program
    return str(words) % {"app": change.via_app, "person": change.name}

"""The rights that permission groups contain, as `module:action`.

The modules are those of Fracttal One's permission matrix that the REST contract touches. No right implies
another one.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Module(StrEnum):
    ASSETS = "assets"
    METERS = "meters"
    WORK_ORDERS = "work_orders"
    WORK_REQUESTS = "work_requests"
    TASKS = "tasks"
    INVENTORY = "inventory"
    PEOPLE = "people"
    THIRD_PARTIES = "third_parties"
    METRICS = "metrics"
    TRANSACTIONS_LOG = "transactions_log"
    CONFIGURATION = "configuration"


class Action(StrEnum):
    VIEW = "view"
    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"


MODULE_NAMES = {
    Module.ASSETS: _("assets"),
    Module.METERS: _("meters"),
    Module.WORK_ORDERS: _("work orders"),
    Module.WORK_REQUESTS: _("work requests"),
    Module.TASKS: _("tasks and plans"),
    Module.INVENTORY: _("inventory"),
    Module.PEOPLE: _("people"),
    Module.THIRD_PARTIES: _("third parties"),
    Module.METRICS: _("metrics and costs"),
    Module.TRANSACTIONS_LOG: _("transactions log"),
    Module.CONFIGURATION: _("configuration"),
}

ACTION_NAMES = {
    Action.VIEW: _("view"),
    Action.ADD: _("add"),
    Action.EDIT: _("edit"),
    Action.DELETE: _("delete"),
}

CONFIGURE = "configuration:edit"  # makes an administrator
ALL_RIGHTS = frozenset(f"{module}:{action}" for module in Module for action in Action)
# Rights of Fracttal One's matrix that nothing here asks for. The form of a group does not offer them, but
# keeps those that a group has.
WITHOUT_EFFECT = frozenset(f"{module}:delete" for module in Module) | {
    "configuration:add",
    "configuration:view",
    "metrics:add",
    "metrics:edit",
    "transactions_log:add",
    "transactions_log:edit",
}

"""Says whether a person may use a tool through an app, and which rule decided.

It asks in the order of a real call: the app, the person, who may use the app, a pause of all writes, and then
the decision of each call. Nothing is called and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.principal import Principal
from accounts.rights import ACTION_NAMES, MODULE_NAMES, Action, Module
from accounts.security_policy import policy_of
from connections.models import ApiConnection
from consumers import granting
from consumers.models import AppAuthorization, Consumer
from consumers.policy.access import Access, access_of, is_chosen
from consumers.policy.catalogue import tools
from consumers.policy.decisions import Decision, Governed, Holder, Rule, Verdict, decide, limits_of
from consumers.policy.log_of_writes import writes_of
from consumers.policy.terms import OwnTerms, terms_of_person, terms_of_program
from consumers.scopes import READ, WRITE
from consumers.toolsets import SET_NAMES


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, the rule in words, and what else limits the use. `rule` is a stable code."""

    verdict: Verdict
    rule: str
    sentence: str
    notes: list[str] = field(default_factory=list)


def simulate(consumer: Consumer, user: User | None, tool_name: str, record: str = "") -> Answer:
    """Answer for a person, or with `user` None for a program, which has only its own rights.

    Raises KeyError for a tool that does not exist.
    """
    tool = tools()[tool_name]
    names = {"app": consumer.name, "person": user.display_name if user else consumer.name}
    if not consumer.enabled:
        return Answer(Verdict.NEVER, "app_disabled", _("%(app)s is disabled.") % names)
    if not consumer.permission_group.active:
        group = {"group": consumer.permission_group.name}
        sentence = _("The permission group %(group)s is inactive.") % group
        return Answer(Verdict.NEVER, "group_inactive", sentence)
    if user is None:
        return _Case(tool, terms_of_program(consumer), consumer, None, names, record).answer([])
    membership = granting.membership_for(user.pk, consumer)
    if membership is None:
        return Answer(
            Verdict.NEVER,
            "not_a_member",
            _(
                "%(person)s is not active in the company, the permission group is inactive, or the rules for "
                "signing in do not admit the address."
            )
            % names,
        )
    access = access_of(membership, consumer)
    if access != Access.OPEN:
        return Answer(Verdict.NEVER, access.value, _access_sentence(access, membership, consumer) % names)
    authorization = AppAuthorization.objects.live().filter(user=user, consumer=consumer).first()
    notes = []
    if authorization is None:
        notes.append(
            _("%(person)s has not connected %(app)s. This is the answer if everything is approved.") % names
        )
    scopes = frozenset({READ, WRITE}) if authorization is None else authorization.scopes
    terms = terms_of_person(membership, consumer, scopes)
    return _Case(tool, terms, consumer, user, names, record).answer(notes)


def _access_sentence(access: Access, membership: Membership, consumer: Consumer) -> str:
    match access:
        case Access.WAITS:
            return _("%(person)s has asked to use %(app)s and waits for an administrator.")
        case Access.REFUSED:
            return _("An administrator has refused %(person)s the use of %(app)s.")
    if is_chosen(membership, consumer):
        return _("%(app)s needs the approval of an administrator, and %(person)s has not asked for it.")
    return _("%(person)s is not among the people who may use %(app)s.")


@dataclass(frozen=True, slots=True)
class _Case:
    """One question, once it is clear that the person may use the app."""

    tool: Governed
    terms: OwnTerms
    consumer: Consumer
    user: User | None
    names: Mapping[str, str]
    record: str

    def answer(self, notes: list[str]) -> Answer:
        if policy_of(self.consumer.company).writes_paused_at is not None and not self.tool.read_only:
            return Answer(Verdict.NEVER, "writes_paused", _("All writes by apps are paused."), notes)
        decision = decide(self.tool, self.terms)
        if decision.usable and self._depends_on_the_record:
            if ApiConnection.objects.filter(
                company=self.consumer.company_id, kind=ApiConnection.Kind.FRACTTAL_ONE
            ).exists():
                words = _("Only Fracttal One knows whether %(person)s sees %(record)s.")
                notes = [*notes, words % self._facts]
            elif not (seen := self._sees_the_record()):
                return self._hidden(exists=seen is not None, notes=notes)
        if decision.usable and self.consumer.allowed_networks:
            networks = ", ".join(self.consumer.allowed_networks)
            notes = [*notes, _("Only from these networks: %(networks)s.") % {"networks": networks}]
        if decision.usable and not self.tool.read_only:
            notes = [*notes, *self._limits()]
        return Answer(decision.verdict, decision.rule.value, self._sentence(decision), notes)

    @property
    def _facts(self) -> dict[str, str]:
        return {**self.names, "record": self.record}

    @property
    def _depends_on_the_record(self) -> bool:
        """Say whether a record is named and its kind is limited one by one, as only work orders are."""
        of_orders = any(right.startswith(f"{Module.WORK_ORDERS}:") for right in self.tool.rights)
        return bool(self.record) and of_orders and self.terms.own_work_orders_only

    def _sees_the_record(self) -> bool | None:
        see: Callable[[Principal, str], bool | None] = import_string(settings.SEES_WORK_ORDER)
        company, user = self.consumer.company, self.user
        principal = Principal(
            company_id=company.pk,
            company_name=company.name,
            language=company.language,
            time_zone=company.time_zone,
            rights=self.terms.rights,
            user_id=user.pk if user else None,
            user_email=user.email if user else "",
            own_work_orders_only=True,
        )
        return see(principal, self.record)

    def _hidden(self, *, exists: bool, notes: list[str]) -> Answer:
        if not exists:
            sentence = _("There is no work order %(record)s.") % self._facts
            return Answer(Verdict.NEVER, "no_such_record", sentence, notes)
        sentence = _("%(person)s sees only their own work orders, and is not responsible for %(record)s.")
        return Answer(Verdict.NEVER, "not_own_work_order", sentence % self._facts, notes)

    def _limits(self) -> list[str]:
        limits, notes = limits_of(self.terms.ceilings), []
        if limits.writes_per_hour is not None:
            written = writes_of(
                self.consumer.company_id, self.consumer.pk, self.user.pk if self.user else None
            )
            facts = {"most": limits.writes_per_hour, "written": written.count()}
            notes.append(_("At most %(most)s writes an hour; %(written)s in the last hour.") % facts)
        if limits.most_records is not None:
            notes.append(_("At most %(most)s records in one write.") % {"most": limits.most_records})
        return notes

    def _sentence(self, decision: Decision) -> str:
        ceiling = decision.ceiling
        facts = {
            **self.names,
            "set": str(SET_NAMES.get(self.tool.toolset, self.tool.toolset)),
            "group": ceiling.name if ceiling else "",
            "rights": ", ".join(_right(right) for right in sorted(decision.missing)),
        }
        of_group = ceiling is not None and ceiling.holder == Holder.GROUP
        match decision.rule, of_group:
            case Rule.TOOL_SET, False:
                return _("The tool set “%(set)s” is left off for %(app)s.") % facts
            case Rule.TOOL_SET, True:
                return _("The tool set “%(set)s” is left off for the permission group %(group)s.") % facts
            case Rule.READ_ONLY, False:
                return _("%(app)s is read only.") % facts
            case Rule.READ_ONLY, True:
                return _("Apps are read only for the permission group %(group)s.") % facts
            case Rule.TOOL, False if decision.usable:
                return _("%(app)s has to ask the person first.") % facts
            case Rule.TOOL, True if decision.usable:
                return _("Apps have to ask people of the permission group %(group)s first.") % facts
            case Rule.TOOL, False:
                return _("This tool is switched off for %(app)s.") % facts
            case Rule.TOOL, True:
                return _("This tool is switched off for the permission group %(group)s.") % facts
            case Rule.RIGHTS, _any:
                return _("%(person)s lacks these permissions: %(rights)s.") % facts
            case Rule.SCOPE, _any:
                return _("%(person)s has not approved this for %(app)s.") % facts
        return _("No rule forbids it.")


def _right(right: str) -> str:
    module, _colon, action = right.partition(":")
    return f"{MODULE_NAMES[Module(module)]}: {ACTION_NAMES[Action(action)]}"

"""The kinds of events in the log. The part before the dot is the group by which the page filters."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    SIGN_IN = "sign_in", _("signing in")
    CONSENT = "consent", _("approval of apps")
    TOKEN = "token", _("tokens")
    TOOL = "tool", _("tool calls")
    CONSUMER = "consumer", _("OAuth consumers")
    AUTHORIZATION = "authorization", _("app authorizations")
    PERSON = "person", _("people and groups")
    SETTINGS = "settings", _("settings")
    LOG = "log", _("transactions log")


class Kind(models.TextChoices):
    """What happened. The value is stored, so it must never change; the label is what people read."""

    SIGNED_IN = "sign_in.done", _("signed in")
    SIGN_IN_REFUSED = "sign_in.refused", _("sign-in refused")
    SIGNED_OUT = "sign_in.ended", _("signed out")
    PASSWORD_CHANGED = "sign_in.password_changed", _("password changed")
    PASSWORD_RESET = "sign_in.password_reset", _("password reset by e-mail")
    TWO_STEP_ON = "sign_in.two_step_on", _("two-step sign-in turned on")
    TWO_STEP_OFF = "sign_in.two_step_off", _("two-step sign-in turned off")
    RECOVERY_CODES_MADE = "sign_in.recovery_codes_made", _("recovery codes generated")
    RECOVERY_CODE_USED = "sign_in.recovery_code_used", _("recovery code used")

    CONSENT_GIVEN = "consent.given", _("app approved")
    CONSENT_REFUSED = "consent.refused", _("app refused by the person")
    AUTHORIZE_REFUSED = "consent.request_refused", _("authorization request refused")

    CODE_ISSUED = "token.code_issued", _("authorization code issued")
    TOKEN_ISSUED = "token.issued", _("token issued")
    TOKEN_REFRESHED = "token.refreshed", _("token refreshed")
    TOKEN_REFUSED = "token.refused", _("token request refused")
    TOKEN_REPLAYED = "token.replayed", _("code or refresh token used again")
    TOKEN_REVOKED = "token.revoked", _("token revoked by the app")

    TOOL_CALL = "tool.call", _("tool called")

    CONSUMER_ADDED = "consumer.added", _("OAuth consumer added")
    CONSUMER_CHANGED = "consumer.changed", _("OAuth consumer changed")
    CONSUMER_ENABLED = "consumer.enabled", _("OAuth consumer enabled")
    CONSUMER_DISABLED = "consumer.disabled", _("OAuth consumer disabled")
    CONSUMER_DELETED = "consumer.deleted", _("OAuth consumer deleted")
    PROGRAM_REGISTERED = "consumer.registered", _("program registered itself")
    PROGRAM_REFUSED = "consumer.registration_refused", _("program refused")
    SECRET_ADDED = "consumer.secret_added", _("secret added")
    SECRET_REMOVED = "consumer.secret_removed", _("secret removed")
    SECRET_EXPIRING = "consumer.secret_expiring", _("secret expires soon")

    AUTHORIZATION_REVOKED = "authorization.revoked", _("app disconnected")
    AUTHORIZATION_NARROWED = "authorization.narrowed", _("app authorization narrowed")
    ACCESS_ASKED = "authorization.access_asked", _("asked to use an app")
    ACCESS_APPROVED = "authorization.access_approved", _("use of an app approved")
    ACCESS_REFUSED = "authorization.access_refused", _("use of an app refused")
    AUTHORIZATION_ALLOWED = "authorization.allowed", _("app authorization allowed again")

    PERSON_CHANGED = "person.changed", _("person changed")
    PERSON_ADDRESS_ASKED = "person.address_asked", _("e-mail address of a person to be confirmed")
    PERSON_ADDRESS_WITHDRAWN = "person.address_withdrawn", _("new e-mail address of a person withdrawn")
    PERSON_SIGNED_OUT = "person.signed_out", _("person signed out everywhere")
    PERSON_TWO_STEP_RESET = "person.two_step_reset", _("two-step sign-in of a person reset")
    PERSON_PASSWORD_MAILED = "person.password_mailed", _("password reset mailed to a person")
    PERSON_DELETED = "person.deleted", _("account deleted")
    PERSON_REMOVED = "person.removed", _("person removed from the company")
    GROUP_ADDED = "person.group_added", _("permission group added")
    GROUP_CHANGED = "person.group_changed", _("permission group changed")
    GROUP_DELETED = "person.group_deleted", _("permission group deleted")
    PERSON_INVITED = "person.invited", _("person invited")
    INVITATION_RESENT = "person.invitation_resent", _("invitation sent again")
    INVITATION_WITHDRAWN = "person.invitation_withdrawn", _("invitation withdrawn")
    INVITATION_ACCEPTED = "person.invitation_accepted", _("invitation accepted")
    INVITATION_DECLINED = "person.invitation_declined", _("invitation declined")
    ACCOUNT_LINKED = "person.account_linked", _("account at Fracttal One linked")
    ACCOUNT_UNLINKED = "person.account_unlinked", _("account at Fracttal One unlinked")
    ACCOUNT_LINK_ENDED = "person.account_link_ended", _("link to Fracttal One ended")
    CALENDAR_LINK_MADE = "person.calendar_link_made", _("calendar link made")
    CALENDAR_LINK_REVOKED = "person.calendar_link_revoked", _("calendar link revoked")
    CALENDAR_LINK_TAKEN = "person.calendar_link_taken", _("calendar link of a person revoked")

    REGISTRATION_RULES_CHANGED = "settings.registration_changed", _("rules for programs changed")
    REGISTRATION_TOKEN_ADDED = "settings.registration_token_added", _("registration token added")
    REGISTRATION_TOKEN_REVOKED = "settings.registration_token_revoked", _("registration token revoked")
    ISSUER_ADDED = "settings.issuer_added", _("trusted issuer added")
    ISSUER_CHANGED = "settings.issuer_changed", _("trusted issuer changed")
    ISSUER_DELETED = "settings.issuer_deleted", _("trusted issuer deleted")
    ISSUER_LINK_REMOVED = "settings.issuer_link_removed", _("person unlinked from a trusted issuer")
    CONNECTION_CHANGED = "settings.connection_changed", _("API connection changed")
    GROUP_CEILING_CHANGED = "person.group_ceiling_changed", _("what apps may do for a group changed")

    SETTINGS_CHANGED = "settings.changed", _("settings changed")
    SETTINGS_SIGN_IN_CHANGED = "settings.sign_in_changed", _("rules for signing in changed")
    SETTINGS_WRITES_PAUSED = "settings.writes_paused", _("writes by assistants paused")
    SETTINGS_WRITES_RESUMED = "settings.writes_resumed", _("writes by assistants resumed")
    SETTINGS_SWITCHED_OFF = "settings.switched_off", _("company switched off")
    SETTINGS_SWITCHED_ON = "settings.switched_on", _("company switched on")
    COMPANY_DELETED = "settings.company_deleted", _("company deleted")

    LOG_RESTORED = "log.restored", _("backup restored")
    LOG_KEY_CHANGED = "log.key_changed", _("key of the log changed")
    LOG_EXPIRED = "log.expired", _("old events removed")
    LOG_EXPORTED = "log.exported", _("transactions log exported")
    REPORT_EXPORTED = "log.report_exported", _("report downloaded")

    @property
    def group(self) -> Group:
        return Group(self.value.partition(".")[0])

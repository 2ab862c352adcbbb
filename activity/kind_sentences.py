"""What happened, for each kind of event. A kind that is missing here is told by its label.

Placeholders: `who` did it, `app`, `subject` (what it was done to) and `fields` (what was changed).
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.kinds import Kind

SENTENCES: Mapping[str, Promise] = {
    Kind.SIGNED_IN: _("%(who)s signed in"),
    Kind.SIGN_IN_REFUSED: _("The sign-in of %(who)s was refused"),
    Kind.SIGNED_OUT: _("%(who)s signed out"),
    Kind.PASSWORD_CHANGED: _("%(who)s changed the password"),
    Kind.PASSWORD_RESET: _("%(who)s reset the password by e-mail"),
    Kind.TWO_STEP_ON: _("%(who)s turned on two-step sign-in"),
    Kind.TWO_STEP_OFF: _("%(who)s turned off two-step sign-in"),
    Kind.RECOVERY_CODES_MADE: _("%(who)s generated recovery codes"),
    Kind.RECOVERY_CODE_USED: _("%(who)s used a recovery code"),
    Kind.CONSENT_GIVEN: _("%(who)s approved %(app)s"),
    Kind.CONSENT_REFUSED: _("%(who)s refused %(app)s"),
    Kind.CONSUMER_ADDED: _("%(who)s added OAuth consumer %(subject)s"),
    Kind.CONSUMER_CHANGED: _("%(who)s changed OAuth consumer %(subject)s: %(fields)s"),
    Kind.CONSUMER_ENABLED: _("%(who)s enabled OAuth consumer %(subject)s"),
    Kind.CONSUMER_DISABLED: _("%(who)s disabled OAuth consumer %(subject)s"),
    Kind.CONSUMER_DELETED: _("%(who)s deleted OAuth consumer %(subject)s"),
    Kind.PROGRAM_REGISTERED: _("The program %(subject)s registered itself"),
    Kind.PROGRAM_REFUSED: _("The program %(subject)s was refused"),
    Kind.SECRET_ADDED: _("%(who)s added a secret to %(app)s"),
    Kind.SECRET_REMOVED: _("%(who)s removed a secret of %(app)s"),
    Kind.SECRET_EXPIRING: _("A secret of %(app)s expires soon"),
    Kind.PERSON_CHANGED: _("%(who)s changed %(subject)s: %(fields)s"),
    Kind.PERSON_ADDRESS_ASKED: _("%(who)s entered another e-mail address for %(subject)s"),
    Kind.PERSON_ADDRESS_WITHDRAWN: _("%(who)s withdrew the new e-mail address of %(subject)s"),
    Kind.PERSON_SIGNED_OUT: _("%(who)s signed %(subject)s out everywhere"),
    Kind.PERSON_TWO_STEP_RESET: _("%(who)s reset the two-step sign-in of %(subject)s"),
    Kind.PERSON_PASSWORD_MAILED: _("%(who)s mailed a password reset to %(subject)s"),
    Kind.PERSON_DELETED: _("%(who)s deleted the own account"),
    Kind.PERSON_REMOVED: _("%(who)s removed %(subject)s from the company"),
    Kind.GROUP_ADDED: _("%(who)s added permission group %(subject)s"),
    Kind.GROUP_CHANGED: _("%(who)s changed permission group %(subject)s: %(fields)s"),
    Kind.GROUP_CEILING_CHANGED: _("%(who)s changed what apps may do for group %(subject)s: %(fields)s"),
    Kind.GROUP_DELETED: _("%(who)s deleted permission group %(subject)s"),
    Kind.PERSON_INVITED: _("%(who)s invited %(subject)s"),
    Kind.INVITATION_RESENT: _("%(who)s sent the invitation of %(subject)s again"),
    Kind.INVITATION_WITHDRAWN: _("%(who)s withdrew the invitation of %(subject)s"),
    Kind.INVITATION_ACCEPTED: _("%(subject)s accepted the invitation"),
    Kind.INVITATION_DECLINED: _("%(subject)s declined the invitation"),
    Kind.ACCOUNT_LINKED: _("%(who)s linked an account at Fracttal One"),
    Kind.ACCOUNT_UNLINKED: _("%(who)s unlinked the account at Fracttal One"),
    Kind.CALENDAR_LINK_MADE: _("%(who)s made a calendar link"),
    Kind.CALENDAR_LINK_REVOKED: _("%(who)s revoked the calendar link"),
    Kind.CALENDAR_LINK_TAKEN: _("%(who)s revoked the calendar link of %(subject)s"),
    Kind.ACCOUNT_LINK_ENDED: _("The link of %(who)s to Fracttal One ended"),
    Kind.REGISTRATION_RULES_CHANGED: _("%(who)s changed the rules for programs: %(fields)s"),
    Kind.REGISTRATION_TOKEN_ADDED: _("%(who)s added registration token %(subject)s"),
    Kind.REGISTRATION_TOKEN_REVOKED: _("%(who)s revoked registration token %(subject)s"),
    Kind.ISSUER_ADDED: _("%(who)s added trusted issuer %(subject)s"),
    Kind.ISSUER_CHANGED: _("%(who)s changed trusted issuer %(subject)s: %(fields)s"),
    Kind.ISSUER_DELETED: _("%(who)s deleted trusted issuer %(subject)s"),
    Kind.ISSUER_LINK_REMOVED: _("%(who)s unlinked %(subject)s from a trusted issuer"),
    Kind.CONNECTION_CHANGED: _("%(who)s changed the API connection: %(fields)s"),
    Kind.SETTINGS_CHANGED: _("%(who)s changed the settings: %(fields)s"),
    Kind.SETTINGS_SIGN_IN_CHANGED: _("%(who)s changed the rules for signing in: %(fields)s"),
    Kind.SETTINGS_SWITCHED_OFF: _("%(who)s switched the company off"),
    Kind.SETTINGS_SWITCHED_ON: _("%(who)s switched the company on"),
    Kind.COMPANY_DELETED: _("The company %(subject)s was deleted"),
    Kind.SETTINGS_WRITES_PAUSED: _("%(who)s paused all writes by assistants"),
    Kind.SETTINGS_WRITES_RESUMED: _("%(who)s resumed writes by assistants"),
    Kind.LOG_EXPORTED: _("%(who)s exported the transactions log"),
    Kind.LOG_RESTORED: _("A backup was restored. Later events are not in this log"),
    Kind.REPORT_EXPORTED: _("%(who)s downloaded a report: %(subject)s"),
    Kind.LOG_EXPIRED: _("Old events were removed"),
}

# What somebody did to the connection of a person, who is named in brackets if it is another one.
OF_CONNECTIONS: Mapping[str, Promise] = {
    Kind.AUTHORIZATION_REVOKED: _("%(who)s disconnected %(app)s"),
    Kind.AUTHORIZATION_NARROWED: _("%(who)s narrowed the access of %(app)s"),
    Kind.AUTHORIZATION_ALLOWED: _("%(who)s allowed %(app)s again"),
    Kind.ACCESS_ASKED: _("%(who)s asked to use %(app)s"),
    Kind.ACCESS_APPROVED: _("%(who)s approved the use of %(app)s"),
    Kind.ACCESS_REFUSED: _("%(who)s refused the use of %(app)s"),
}

# What an app did, for the person if there is one.
OF_APPS: Mapping[str, Promise] = {
    Kind.AUTHORIZE_REFUSED: _("An authorization request of %(app)s was refused"),
    Kind.CODE_ISSUED: _("%(app)s received an authorization code"),
    Kind.TOKEN_ISSUED: _("%(app)s received a token"),
    Kind.TOKEN_REFRESHED: _("%(app)s refreshed its token"),
    Kind.TOKEN_REFUSED: _("A token request of %(app)s was refused"),
    Kind.TOKEN_REPLAYED: _("A code or refresh token of %(app)s was used again"),
    Kind.TOKEN_REVOKED: _("%(app)s revoked its token"),
}

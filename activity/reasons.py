"""Why something was refused or failed: a sentence for each reason code of the log.

What goes wrong while an app connects has its sentences in consumers/handshake/wording.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consumers.handshake.wording import FAILURES

REASONS: Mapping[str, Promise] = {
    # signing in
    "password_wrong": _("The password was wrong."),
    "account_unknown": _("There is no account with this address."),
    "code_wrong": _("The code of the second step was wrong."),
    "too_many_attempts": _("There were too many attempts."),
    # an app asks a person
    "access_needed": _("An administrator has not let the person use this app yet."),
    "access_waits": _("The person has asked to use this app, and an administrator has not decided yet."),
    "access_refused": _("An administrator refused the person the use of this app."),
    "already_approved": _("The person had approved already."),
    "already_refused": _("The person had refused already."),
    "ended_since": _("The app had been disconnected meanwhile."),
    # an app asks for a token
    "code_replayed": _("The code was used a second time, so the connection was ended."),
    "connection_ended": _("The app had been disconnected, or the connection was over."),
    "refresh_token_unknown": _("The refresh token is not one of this app."),
    "refresh_token_revoked": _("The refresh token had been revoked."),
    "refresh_token_replayed": _("A replaced refresh token was used again, so the connection was ended."),
    "refresh_token_expired": _("The refresh token had expired."),
    "secret_removed": _("The app still uses a secret that was removed."),
    "secret_expired": _("The app still uses a secret that has expired."),
    "invalid_client": _("The app did not prove who it is."),
    "temporarily_unavailable": _("The service was busy for a moment."),
    "server_error": _("The service made a mistake."),
    # a call of a tool
    "refused": _("The call was refused."),
    "unknown_tool": _("There is no such tool."),
    "writes_paused": _("An administrator had paused all writes."),
    "not_permitted": _("The person's permissions do not allow it."),
    "forbidden_by_administrator": _("An administrator does not allow this app to do that."),
    "must_ask_first": _("The person has to agree first."),
    "too_many_records": _("It would have changed more records at once than an administrator allows."),
    "invalid_arguments": _("The assistant's values were not valid."),
    "not_found": _("There is no such record, or the person may not see it."),
    "ambiguous": _("Several records matched, and the person has to choose."),
    "looks_like_a_duplicate": _("A similar record is open already, so the person has to decide."),
    "looks_unusual": _("The value looks like a slip, so the person has to decide."),
    "needs_many_calls": _("It would take many requests, so the person has to decide."),
    "idempotency_conflict": _("The same call was sent again with other values."),
    "rate_limited": _("There were too many requests in a short time."),
    "failed": _("The call failed."),
    "upstream_unavailable": _("The maintenance system could not be reached."),
    "upstream_timeout": _("The maintenance system did not answer in time."),
    "upstream_rejected": _("The maintenance system refused it."),
    "upstream_not_understood": _("The answer of the maintenance system could not be read."),
    "outcome_unknown": _("Whether it was written is not known: the answer never arrived."),
    "partly_done": _("One of two changes was made, and the other was not."),
    "not_connected": _("The person's account at Fracttal One was not connected."),
    "wrong_company": _("The person's account at Fracttal One is one of another company."),
    "internal_error": _("The service made a mistake."),
}


def reason_in_words(code: str) -> str:
    """Return the sentence of a reason code, "" for one that this version does not know."""
    if code in REASONS:
        return str(REASONS[code])
    return str(FAILURES[code].why) if code in FAILURES else ""

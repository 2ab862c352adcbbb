"""What the companies of a person ask of a sign-in: a second step, an end of the session, an address."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Membership
from accounts.rights import CONFIGURE
from accounts.security_policy import SecurityPolicy, policy_of

BEGAN, SEEN = "began", "seen"  # session keys, in seconds since 1970
NOTE_EVERY_SECONDS = 60


def admits_address(domains: Sequence[str], email: str) -> bool:
    """Say whether an e-mail address is in one of the domains, to the letter. Without domains each one is."""
    return not domains or email.rpartition("@")[2].lower() in domains


def must_use_two_step(membership: Membership) -> bool:
    return asks_two_step(policy_of(membership.company), membership.rights)


def asks_two_step(policy: SecurityPolicy, rights: Collection[str]) -> bool:
    """Say whether the policy requires two-step sign-in of a person with these rights."""
    match policy.two_step:
        case SecurityPolicy.TwoStep.EVERYBODY:
            return True
        case SecurityPolicy.TwoStep.ADMINISTRATORS:
            return CONFIGURE in rights
    return False


def begin(session: SessionBase) -> None:
    """Note that somebody signed in."""
    session[BEGAN] = session[SEEN] = int(time.time())


def has_ended(session: SessionBase, memberships: Iterable[Membership]) -> bool:
    """Say whether the session has ended by the strictest rule of the person's companies.

    Notes the use of a session that goes on, at most once a minute, so an idle session may end up to a minute
    early and never late. It is noted without a rule too: a new rule then ends no session in use, and saving
    the session moves its end to SESSION_COOKIE_AGE after the last use.
    """
    policies = [policy_of(membership.company) for membership in memberships]
    idle = [policy.idle_minutes * 60 for policy in policies if policy.idle_minutes]
    longest = [policy.longest_hours * 3600 for policy in policies if policy.longest_hours]
    now = int(time.time())
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    if (longest and now - began >= min(longest)) or (idle and now - seen >= min(idle)):
        return True
    if BEGAN not in session:  # signed in before the first rule
        session[BEGAN] = now
    if SEEN not in session or now - seen >= NOTE_EVERY_SECONDS:
        session[SEEN] = now
    return False

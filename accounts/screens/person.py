"""Configuration > User accounts: one person's page, and what an administrator can do there."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import person_changes, whom_it_cuts
from accounts.administrators import LastAdministrator
from accounts.app_connections import app_connections
from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.people import MembershipForm
from accounts.mail_limit import may_mail
from accounts.models import Membership, WaitingAddress
from accounts.networks import address_of
from accounts.person_changes import is_used_elsewhere, used_elsewhere
from accounts.plant import needs_record, own_records
from accounts.screens.confirming import confirmation, is_confirmed
from accounts.screens.refusals import last_administrator_text
from audit.kinds import Group, Kind
from audit.models import Event
from listing.way_back import way_back

SIGN_INS_SHOWN = 10
SIGNED_OUT = gettext_lazy("You were signed out in every browser. Sign in again as usual.")
TWO_STEP_RESET = gettext_lazy(
    "Two-step sign-in of your account was reset, and you were signed out in every browser. Set it up again "
    "after you sign in, under Profile."
)
REMOVED = gettext_lazy(
    "You are no longer a member of the company. Assistants that you connected there have lost their access."
)
CHANGED = gettext_lazy("Your name, your permission group or your access was changed.")


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    two_step = Exists(Authenticator.objects.filter(user=OuterRef("user")))
    member: Any = get_object_or_404(
        members_of(request)
        .select_related("waiting_address")
        .annotate(elsewhere=used_elsewhere(), two_step=two_step),
        pk=pk,
    )
    form = MembershipForm(request.POST or None, instance=copy(member), names=not member.elsewhere)
    if request.method == "POST" and form.is_valid():
        group, active = form.cleaned_data["permission_group"], form.cleaned_data["active"]
        change = partial(
            person_changes.change,
            member,
            group,
            active=active,
            name=form.cleaned_data.get("name"),
            by=signed_in_user(request),
            address=address_of(request),
        )
        try:
            rehearse(change)
            sentences = whom_it_cuts.of_person(member, group, active=active, own=is_own(request, member))
            if sentences and not is_confirmed(request):
                return confirmation(
                    request,
                    title=_("Change %(person)s?") % {"person": member.user.display_name},
                    sentences=sentences,
                    button=_("Save"),
                    back=page_of(member),
                )
            change()
        except LastAdministrator:  # also if it came to that since the rehearsal
            form.add_error(None, last_administrator_text())
        except person_changes.UsedElsewhere:  # since this request began
            messages.error(request, used_elsewhere_text())
            return HttpResponseRedirect(page_of(member))
        except person_changes.Removed:
            raise Http404 from None
        else:
            done(request, member, CHANGED, _("Changes to %(person)s saved."), tell=bool(sentences))
            return HttpResponseRedirect(way_back(request, "settings-people"))
    records = own_records(member.company, {member.user.email.lower()})
    waiting: WaitingAddress | None = getattr(member, "waiting_address", None)
    context = {
        "form": form,
        "member": member,
        "elsewhere": member.elsewhere,
        "own": is_own(request, member),
        "new_address": waiting if waiting and not waiting.expired else None,
        "with_records": records is not None,
        "record": (records or {}).get(member.user.email.lower()),
        "needs_record": needs_record(member),
        "two_step": member.two_step,
        "apps": app_connections().of_person(member.company, member.user),
        "sign_ins": sign_ins_of(member),
    }
    return render(request, "accounts/person_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Sign %(person)s out everywhere?") % {"person": member.user.display_name},
            sentences=[
                _("Every session of the account ends immediately, in every browser and company."),
                _("Assistants stay connected. To end them too, disconnect them under App authorizations."),
            ],
            button=_("Sign out everywhere"),
            back=page_of(member),
        )
    person_changes.sign_out_everywhere(member, request)
    done(request, member, SIGNED_OUT, _("%(person)s has been signed out everywhere."))
    return HttpResponseRedirect(page_of(member))


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def reset_two_step(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    if is_own(request, member):  # Profile asks for the password and a code first
        messages.error(request, _("Change your own two-step sign-in under Profile."))
        return HttpResponseRedirect(page_of(member))
    if is_used_elsewhere(member):
        messages.error(request, used_elsewhere_text())
        return HttpResponseRedirect(page_of(member))
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Reset two-step sign-in of %(person)s?") % {"person": member.user.display_name},
            sentences=[
                _("Make sure that it is really this person who asks you, for example by a call."),
                _("Until it is set up again, the password alone opens the account. Its sessions end."),
            ],
            button=_("Reset two-step sign-in"),
            back=page_of(member),
        )
    try:
        person_changes.reset_two_step(member, request)
    except person_changes.UsedElsewhere:
        messages.error(request, used_elsewhere_text())
        return HttpResponseRedirect(page_of(member))
    done(request, member, TWO_STEP_RESET, _("Two-step sign-in of %(person)s has been reset."))
    return HttpResponseRedirect(page_of(member))


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def mail_password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Mail %(person)s a link for a new password?") % {"person": member.user.display_name},
            sentences=[
                _("The present password keeps working until the person chooses a new one."),
            ],
            button=_("Send the message"),
            back=page_of(member),
            harmful=False,
        )
    if not may_mail(member.company, member.user.email):
        messages.error(request, too_many_text())
        return HttpResponseRedirect(page_of(member))
    try:
        person_changes.mail_password_reset(member, request)
    except (smtplib.SMTPException, OSError):
        messages.error(request, _("The message could not be sent. Try again later."))
    else:
        messages.success(request, _("The message to %(email)s has been sent.") % {"email": member.user.email})
    return HttpResponseRedirect(page_of(member))


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    own = is_own(request, member)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Remove %(person)s from the company?") % {"person": member.user.display_name},
            sentences=whom_it_cuts.of_removal(member, own=own),
            button=_("Remove"),
            back=page_of(member),
        )
    try:
        person_changes.remove(member, request)
    except LastAdministrator:
        messages.error(request, last_administrator_text())
        return HttpResponseRedirect(page_of(member))
    except person_changes.Removed:
        messages.info(
            request,
            _("%(person)s is no longer a member of the company.") % {"person": member.user.display_name},
        )
        return HttpResponseRedirect(reverse("home" if own else "settings-people"))
    done(request, member, REMOVED, _("%(person)s is no longer a member of the company."))
    return HttpResponseRedirect(reverse("home" if own else "settings-people"))


def sign_ins_of(member: Membership) -> list[dict[str, Any]]:
    """Return the latest events of signing in, as the log of this company has them."""
    mine = Event.objects.filter(
        company_id=member.company_id, user_id=member.user_id, kind__startswith=f"{Group.SIGN_IN.value}."
    )
    return [
        {"at": event.at, "what": Kind(event.kind).label, "address": event.address}
        for event in mine.order_by("-position")[:SIGN_INS_SHOWN]
        if event.kind in Kind.values
    ]


def member_of(request: HttpRequest, pk: int) -> Membership:
    """Find a person of the session's company; 404 for one of another company."""
    return get_object_or_404(members_of(request), pk=pk)


def members_of(request: HttpRequest) -> QuerySet[Membership]:
    return acting_membership(request).company.memberships.select_related("user", "permission_group")


def rehearse(change: Callable[[], object]) -> None:
    """Make a change and roll it back, so that what refuses it is said before the administrator is asked."""
    with transaction.atomic():
        change()
        transaction.set_rollback(True)


def is_own(request: HttpRequest, member: Membership) -> bool:
    return signed_in_user(request).pk == member.user_id


def page_of(member: Membership) -> str:
    return reverse("settings-person", args=[member.pk])


def done(request: HttpRequest, member: Membership, what: Promise, said: str, *, tell: bool = True) -> None:
    """Tell the administrator, and the person by mail."""
    person = member.user.display_name
    if not tell or person_changes.tell(member, signed_in_user(request), what):
        messages.success(request, said % {"person": person})
    else:
        messages.warning(
            request,
            said % {"person": person} + " " + untold_text(),
        )


def untold_text() -> str:
    return _("The person could not be told: the message was not sent.")


def used_elsewhere_text() -> str:
    return _(
        "The account is used in another company too. Only its owner can change its name, its e-mail "
        "address and its two-step sign-in."
    )


def too_many_text() -> str:
    return _("Too many messages have been sent today to this address or by this company. Try again tomorrow.")

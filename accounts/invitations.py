"""Adding a person to a company by e-mail."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.utils import translation

from accounts.models import Company, Membership, PermissionGroup, User


def add_person(
    company: Company, email: str, name: str, group: PermissionGroup, invited_by: User
) -> Membership:
    """The membership; a person without an account gets one, and chooses the password by mail.

    An account that exists already is left as it is: it belongs to the person, not to this company.
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            user = User.objects.create_user(email, name=name)
        membership = Membership(user=user, company=company, permission_group=group)
        membership.full_clean()
        membership.save()
    send_invitation(membership, invited_by)
    return membership


def send_invitation(membership: Membership, invited_by: User) -> None:
    user, adapter = membership.user, get_adapter()
    context = {"person": user, "company": membership.company, "invited_by": invited_by}
    if not user.has_usable_password():
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        context["password_url"] = adapter.get_reset_password_from_key_url(key)
    with translation.override(user.language or membership.company.language):
        adapter.send_mail("accounts/email/invitation", user.email, context)

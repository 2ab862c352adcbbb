"""Adds a secret to a consumer, which is shown once, and removes one after a page that asks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.templatetags.ui import ago
from consumers.models import Consumer, ConsumerSecret
from consumers.rotation import add_secret, remove_secret
from consumers.screens.confirming import Confirmation, Named
from consumers.screens.consumer_form import SAVED_FORMS, leave, remember_saved, shared_context, template_of
from consumers.screens.queries import consumers_of
from consumers.screens.secret_form import SecretForm
from consumers.throttle import address_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a secret. Only this answer shows it."""
    consumer = _consumer(request, pk)
    if consumer.is_public:
        raise Http404
    if request.method != "POST":
        return _draw(request, consumer, SecretForm())
    form = SecretForm(request.POST)
    if not form.is_valid():
        return _draw(request, consumer, form, status=422)
    if form.cleaned_data["form_id"] in request.session.get(SAVED_FORMS, {}):
        messages.warning(request, _("This secret has already been added. It was shown once, at that time."))
        return leave(request, reverse("consumer", args=[consumer.pk]))
    try:
        secret, value = add_secret(
            consumer, by=signed_in_user(request), expires_at=form.expires_at, address=address_of(request)
        )
    except ObjectDoesNotExist:  # deleted a moment ago
        raise Http404 from None
    except ValidationError as error:
        form.add_error(None, error)
        return _draw(request, consumer, form, status=422)
    remember_saved(request, consumer)
    others = [each for each in consumer.kept_secrets if each.live]
    context = shared_context(consumer) | {"secret": value, "added": secret, "others": others}
    return render(request, template_of(request, "consumers/secret_added.html"), context)


@require_POST
@require_right(CONFIGURE)
def remove(request: HttpRequest, pk: int, secret_pk: int) -> HttpResponse:
    consumer = _consumer(request, pk)
    secret = get_object_or_404(ConsumerSecret, pk=secret_pk, consumer=consumer)
    page = reverse("consumer", args=[consumer.pk])
    if "confirmed" not in request.POST and secret.revoked_at is None and not _is_only_one(consumer, secret):
        return _confirm(request, consumer, secret, page)
    try:
        removed = remove_secret(secret, by=signed_in_user(request), address=address_of(request))
    except ObjectDoesNotExist:  # deleted a moment ago, with its consumer
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(page)
    if removed:
        messages.success(request, _("The secret ••••%(hint)s no longer works.") % {"hint": secret.hint})
    else:
        messages.info(request, _("Nothing to remove: the secret was removed already."))
    return HttpResponseRedirect(page)


def _consumer(request: HttpRequest, pk: int) -> Consumer:
    consumer: Consumer = get_object_or_404(consumers_of(acting_membership(request).company), pk=pk)
    return consumer


def _is_only_one(consumer: Consumer, secret: ConsumerSecret) -> bool:
    return secret.live and not any(each.live and each.pk != secret.pk for each in consumer.kept_secrets)


def _draw(request: HttpRequest, consumer: Consumer, form: SecretForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"consumer": consumer, "secret_form": form}
    return render(request, template_of(request, "consumers/secret_add.html"), context, status=status)


def _confirm(request: HttpRequest, consumer: Consumer, secret: ConsumerSecret, page: str) -> HttpResponse:
    if secret.last_used_at is None:
        use = _("No program has used it yet.")
    else:
        use = _("A program last used it %(when)s.") % {"when": ago(secret.last_used_at)}
    return Confirmation(
        title=_("Remove this secret?"),
        button=_("Remove"),
        items=[Named(f"••••{secret.hint}", detail=consumer.name)],
        total=1,
        sentences=[
            use,
            _(
                "It stops working immediately and cannot be restored. Tokens that a program already has end "
                "within 30 minutes, or within an hour if they came through a trusted issuer; it needs "
                "another secret for new ones."
            ),
        ],
        action_url=reverse("consumer-secret-remove", args=[consumer.pk, secret.pk]),
        hidden=[],
        back_url=page,
    ).page(request)

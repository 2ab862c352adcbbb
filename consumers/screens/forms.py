"""The form of an OAuth consumer, with the fields of Fracttal's article."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.current import CONFIGURE
from accounts.forms.fields import FROM_THE_LIST, GroupField, validate_printable
from accounts.models import Company, PermissionGroup, User
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from consumers.callbacks import check_callbacks, validate_callback
from consumers.client_documents import validate_document_url
from consumers.lookalikes import skeleton
from consumers.models import Consumer
from consumers.registrations.admission import decided_by_hand
from consumers.screens.authorization_events import ended
from consumers.screens.consumer_fields import CallbackUrlsField, web_address
from consumers.screens.consumer_values import recorded_values, values_of
from consumers.screens.presets import PRESETS, fits, knows_callbacks, preset_of
from consumers.toolsets import TOOLSETS


class ConsumerForm(forms.Form):
    """Creates a consumer, or edits `consumer`; grant type and client type cannot change afterwards."""

    grant_type = forms.ChoiceField(
        label=_("Grant type"),
        choices=Consumer.GRANT_TYPES,
        initial=Consumer.GRANT_AUTHORIZATION_CODE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a grant type."), "invalid_choice": _("Choose a grant type.")},
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        validators=[validate_printable],
        help_text=_("People see this when they approve access."),
        error_messages={"required": _("Enter a name, for example ChatGPT.")},
    )
    description = forms.CharField(
        label=_("Description"), max_length=500, required=False, validators=[validate_printable]
    )
    assistant = forms.ChoiceField(
        label=_("Assistant"),
        required=False,
        choices=[(preset.slug, preset.name) for preset in PRESETS.values()],
        initial="chatgpt",
    )
    callback_urls = CallbackUrlsField(label=_("Callback URLs"), required=False)
    metadata_url = forms.CharField(
        label=_("Metadata URL"),
        required=False,
        max_length=500,
        help_text=_(
            "Only for a program that identifies itself by a web address, such as Claude Code: it "
            "is a public client and needs no key, secret or callback URL."
        ),
        widget=forms.URLInput(attrs={"spellcheck": "false", "placeholder": "https://…"}),
    )
    url = web_address(_("URL"))
    privacy_policy_url = web_address(_("Privacy policy URL"))
    licence_url = web_address(_("End user licence agreement URL"))
    permission_group = GroupField(error_messages=FROM_THE_LIST)
    narrow_to_group = forms.BooleanField(label=_("Limit people to this group's permissions"), required=False)
    toolsets = forms.MultipleChoiceField(
        label=_("Additional tools"),
        required=False,
        choices=list(TOOLSETS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose tool sets from the list.")},
    )
    read_only = forms.BooleanField(
        label=_("Read only"),
        required=False,
        help_text=_("No tool that changes anything, whatever is allowed above."),
    )
    public = forms.BooleanField(label=_("Without a secret (public client)"), required=False)
    may_administer = forms.BooleanField(
        label=_("May use the administration API"),
        required=False,
        help_text=_(
            "It can then read and change the consumers, secrets, app authorizations and people of the "
            "company. Its permission group also needs the permission to edit the configuration. Leave this "
            "off for assistants."
        ),
    )

    def __init__(self, company: Company, consumer: Consumer | None = None, **kwargs: Any) -> None:
        if consumer and "initial" not in kwargs:
            kwargs["initial"] = values_of(consumer)
        super().__init__(auto_id="consumer_%s", **kwargs)
        self.company, self.consumer = company, consumer
        groups = company.permission_groups.filter(active=True)
        if consumer:
            groups |= company.permission_groups.filter(pk=consumer.permission_group_id)
            del self.fields["grant_type"], self.fields["public"]
        self.fields["permission_group"].offer(groups)  # type: ignore[attr-defined]
        self.callback_problems: dict[int, str] = {}

    def clean_callback_urls(self) -> list[str]:
        """Validate each row; the errors go to `callback_problems` by row number."""
        urls: list[str] = self.cleaned_data["callback_urls"]
        for row, url in enumerate(urls):
            try:
                if url:
                    validate_callback(url)
            except ValidationError as error:
                self.callback_problems[row] = " ".join(error.messages)
        if self.callback_problems:
            raise ValidationError(_("Correct the marked callback URL, or remove it."))
        return check_callbacks(urls)

    def callback_rows(self) -> list[dict[str, Any]]:
        """Return the rows for the template, at least one, so that there is a field to paste into."""
        values = self["callback_urls"].value() or [""]
        problems = self.callback_problems if self.is_bound and self.errors else {}
        focus = self.initial.get("focus_callback")
        return [
            {"value": value, "problem": problems.get(row, ""), "focus": row == focus}
            for row, value in enumerate(values)
        ]

    def clean_metadata_url(self) -> str:
        url = str(self.cleaned_data["metadata_url"])
        if not url:
            return ""
        url = validate_document_url(url)
        if self._is_taken(url):
            raise ValidationError(_("Another consumer of the company already has this metadata URL."))
        if self.consumer and not self.consumer.is_public:
            raise ValidationError(
                _("This consumer has a secret. Create a new consumer for the metadata URL.")
            )
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        grant = self.consumer.authorization_grant_type if self.consumer else data.get("grant_type")
        if grant == Consumer.GRANT_CLIENT_CREDENTIALS:
            data |= {"narrow_to_group": False, "callback_urls": [], "assistant": ""}
            if data.get("metadata_url"):
                self.add_error("metadata_url", _("A program that acts for the company has no metadata URL."))
            if data.get("public"):
                self.add_error("public", _("A program that acts for the company needs a secret."))
        public = self.consumer.is_public if self.consumer else data.get("public") or data.get("metadata_url")
        if data.get("may_administer") and public:
            self.add_error("may_administer", _("Only a program with a secret may administer."))
        return data

    def cautions(self) -> list[str]:
        """Return what an administrator should look at before a valid form is saved."""
        data, before = self.cleaned_data, self.consumer
        found = []
        if before is None or before.name != data["name"]:
            others = self.company.consumers.exclude(pk=before.pk if before else 0)
            alike = [each.name for each in others if skeleton(each.name) == skeleton(data["name"])]
            if alike:
                found.append(
                    _("Another consumer has the same name, or one that looks like it: %(name)s.")
                    % {"name": alike[0]}
                )
        preset, known = preset_of(data["assistant"]), before.callback_urls if before else []
        if knows_callbacks(preset):
            found += [
                _("%(assistant)s is not known to use this callback URL: %(url)s")
                % {"assistant": preset.name, "url": url}
                for url in data["callback_urls"]
                if url not in known and not fits(preset, url, own_host=True)
            ]
        return [str(each) for each in found]

    @property
    def shows_advanced(self) -> bool:
        """Say whether a field that is folded away has an error or a value."""
        folded = (
            "description", "url", "privacy_policy_url", "licence_url", "narrow_to_group", "toolsets",
            "read_only", "may_administer", "metadata_url", "public",
        )  # fmt: skip
        return any(name in self.errors or self[name].value() for name in folded if name in self.fields)

    def save(
        self, by: User | None, *, address: str = "", facts: Mapping[str, Any] | None = None
    ) -> tuple[Consumer, str] | None:
        """Save. Return the consumer and, for a new one, its secret, which cannot be read again later.

        `by` is None for a program; `facts` go into the log. Returns None, with `errors` set, if another
        consumer took the metadata URL a moment ago. Raises Consumer.DoesNotExist if it was deleted.
        """
        try:
            with transaction.atomic():
                if self.consumer:  # as it is now: it may be another program than the form was drawn for
                    self.consumer.refresh_from_db(from_queryset=Consumer.objects.select_for_update())
                new, before = self.consumer is None, recorded_values(self.consumer)
                keys = self._end_those_of_another_program(by)
                consumer, secret = self._save(by)
                decided_by_hand(consumer)
                append(ended(keys, by=by, address=address, facts=facts))
                if changes := changes_between(before, recorded_values(consumer)):
                    record(
                        Kind.CONSUMER_ADDED if new else Kind.CONSUMER_CHANGED,
                        company_id=self.company.pk,
                        user=by,
                        consumer=consumer,
                        subject=Subject("consumer", str(consumer.pk), consumer.name),
                        changes=changes,
                        facts=facts,
                        address=address,
                    )
                return consumer, secret
        except (IntegrityError, ValidationError):
            if not self._is_taken(self.cleaned_data["metadata_url"]):
                raise
            self.add_error(
                "metadata_url", _("Another consumer of the company already has this metadata URL.")
            )
            return None

    def _is_taken(self, metadata_url: str) -> bool:
        others = self.company.consumers.all()
        if self.consumer:
            others = others.exclude(pk=self.consumer.pk)
        return bool(metadata_url) and others.filter(metadata_url=metadata_url).exists()

    def _end_those_of_another_program(self, by: User | None) -> list[int]:
        """End the connections that were given to the program of the former metadata URL."""
        consumer = self.consumer
        if consumer is None or self.cleaned_data["metadata_url"] == consumer.metadata_url:
            return []
        keys: list[int] = consumer.app_authorizations.end(by)
        return keys

    def _save(self, by: User | None) -> tuple[Consumer, str]:
        data = self.cleaned_data
        fields = {
            name: data[name]
            for name in (
                "name", "description", "assistant", "metadata_url", "url", "privacy_policy_url",
                "licence_url", "permission_group", "narrow_to_group", "toolsets", "read_only",
                "may_administer",
            )
        }  # fmt: skip
        if self.consumer is None:
            return Consumer.objects.register(
                company=self.company,
                authorization_grant_type=data["grant_type"],
                callback_urls=data["callback_urls"],
                public=data["public"],
                created_by=by,
                **fields,
            )
        for name, value in fields.items():
            setattr(self.consumer, name, value)
        self.consumer.callback_urls = data["callback_urls"]
        self.consumer.full_clean(exclude=["client_secret"])
        self.consumer.save(update_fields=[*fields, "redirect_uris", "updated"])
        return self.consumer, ""


def least_group(company: Company) -> PermissionGroup | None:
    """Return the active group with the fewest permissions, unless even that one may configure."""
    groups = list(company.permission_groups.filter(active=True))
    least = min(groups, key=lambda group: (len(group.effective_rights), group.name), default=None)
    return None if least is None or CONFIGURE in least.effective_rights else least

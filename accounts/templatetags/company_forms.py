"""Replaces `csrf_token` in every template: Django's tag plus the company for which the form is drawn.

A form without a CSRF token is refused, so no form can omit the company.
"""

from __future__ import annotations

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.company_forms import DRAWN_FOR

register = template.Library()


class CompanyFormNode(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = mark_safe(super().render(context))  # noqa: S308 - Django's own
        membership = context["shell"].membership if "shell" in context else None
        if membership is None:
            return token
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', token, DRAWN_FOR, str(membership.company_id)
        )


@register.tag
def csrf_token(parser: Parser, token: Token) -> CompanyFormNode:
    return CompanyFormNode()

"""Sentences with which several screens of user accounts refuse."""

from __future__ import annotations

from django.utils.translation import gettext as _


def last_administrator_text() -> str:
    return _(
        "After this, nobody could sign in and edit the configuration. First give another person a group "
        "with that permission. People who have not chosen a password yet do not count."
    )

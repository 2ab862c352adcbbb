"""Refusals by a rule. The caller shows them in its own form: an answer of the API, a message on a page."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A rule refused a request. Nothing was written."""


class InvalidFields(Refusal):
    """Parameters or body fields are invalid. `problems` maps each name to what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class Rejected(Refusal):
    """The request is well-formed, but the state of the records does not allow it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordNotFound(Refusal):
    """The record does not exist, or the caller may not see it."""


class AlreadyExists(Refusal):
    """Another record has this code."""

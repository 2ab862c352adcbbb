"""What rules refuse. Callers show it in their own form: an envelope of the API, a message on a page."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """Nothing was written."""


class InvalidFields(Refusal):
    """Parameters or fields of the body that cannot be used: their names, and what is wrong with each."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


class Rejected(Refusal):
    """A well-formed request that the state of the records does not allow."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordNotFound(Refusal):
    """There is no such record, or the caller may not see it."""


class AlreadyExists(Refusal):
    """Another record has this code."""

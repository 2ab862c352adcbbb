"""Asks the person in the middle of a call (elicitation), in the person's language.

A refusal that a person can lift carries a `Question`. If the client can ask, the question replaces the
refusal. The call is repeated with the answer, by the client or in its session (methods/client_input.py). The
request state holds earlier questions and answers, so nothing is stored between the rounds.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mcp_gateway.calls.questions import Answer, Answers, Question, Said
from mcp_gateway.calls.tool import InputRequired
from mcp_gateway.protocol.apps import shows_cards

ANSWER, CHOICE, CONFIRM = "answer", "choice", "confirm"
FORM, URL = "form", "url"

SENTENCES: Mapping[str, Promise] = {
    "asset": _("Which asset is “%(words)s”?"),
    "location": _("Which location is “%(words)s”?"),
    "person": _("Who is “%(words)s”?"),
    "work request": _("Which work request is “%(words)s”?"),
    "warehouse": _("Which warehouse is “%(words)s”?"),
    "meter": _("This asset has several meters. Which one was read?"),
    "event": _("Several events trigger this task. Which one happened?"),
    "field": _("This asset has several fields named “%(words)s”. Which one is meant?"),
    "similar": _("Something similar is already open: %(records)s. Create another one anyway?"),
    "unusual": _(
        "%(value)s is %(gained)s more than the last reading, %(last)s. The usual increase is "
        "about %(a_month)s a month, and a reading cannot be undone. Is it correct?"
    ),
    "calls": _(
        "This question takes up to %(calls)s calls to Fracttal One, of about 200 a minute that your whole "
        "company has. Go on?"
    ),
    "permission": _("%(app)s wants to do this in Fracttal One on your behalf: %(what)s. Allow it?"),
    "connection": _("To continue, connect your Fracttal One account on this page, then try again."),
}
YES: Mapping[str, Promise] = {
    "similar": _("Create another one"),
    "unusual": _("It is correct"),
    "calls": _("Go on"),
    "permission": _("Allow it this time"),
}
CHOOSE, NONE = _("Choose one"), _("None of these")


class InvalidAnswer(Exception):
    """The answer does not fit the question."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How the person can be asked in this call, and the answers of earlier rounds."""

    modes: frozenset[str] = frozenset()
    answers: Answers = field(default_factory=dict)
    cards: bool = False  # the client shows cards

    @classmethod
    def of(cls, capabilities: Mapping[str, Any], params: Mapping[str, Any]) -> Asking:
        """Read the client's capabilities and the answers in `params`, whose state must be opened already.

        Raises InvalidAnswer.
        """
        modes = _modes(capabilities.get("elicitation"))
        return cls(modes, _answers(params), shows_cards(capabilities))

    @property
    def chosen(self) -> dict[str, str]:
        return {key: answer.value for key, answer in self.answers.items() if answer.value}

    def ask(self, question: Question | None, language: str) -> InputRequired | None:
        """Return the question, None if it is missing or answered already, or if the client cannot ask it."""
        if question is None or (URL if question.url else FORM) not in self.modes:
            return None
        return self._asked(question, language)

    def ask_in_card(self, question: Question | None, language: str) -> InputRequired | None:
        """Return the question for a card that is shown with the refusal, None where no card can ask it.

        A page that the person should open is named by the refusal itself.
        """
        if question is None or question.url or FORM in self.modes or not self.cards:
            return None
        return self._asked(question, language)

    def _asked(self, question: Question, language: str) -> InputRequired | None:
        if question.key in self.answers:
            return None
        with translation.override(language):
            params = _params(question)
        asked = {
            "key": question.key,
            "choices": list(question.choices),
            "is_page": bool(question.url),
            "once": secrets.token_urlsafe(12),
        }
        before = {key: [answer.said, answer.value, answer.once] for key, answer in self.answers.items()}
        request = {"method": "elicitation/create", "params": params}
        return InputRequired({ANSWER: request}, {"asked": asked, "answers": before})

    def said(self, question: Question | None) -> str | None:
        answer = None if question is None else self.answers.get(question.key)
        return None if answer is None else answer.said.value


NOBODY = Asking()


def _modes(elicitation: Any) -> frozenset[str]:
    if not isinstance(elicitation, dict):
        return frozenset()
    # A capability without modes means the form, originally the only mode.
    return frozenset(mode for mode in (FORM, URL) if isinstance(elicitation.get(mode), dict)) or (
        frozenset() if elicitation else frozenset({FORM})
    )


def _params(question: Question) -> dict[str, Any]:
    facts = {name: _shown(fact) for name, fact in question.facts.items()}
    message = str(SENTENCES[question.about]) % facts
    if question.url:
        return {"mode": URL, "message": message, "url": question.url}
    fields: dict[str, Any] = {}
    if question.choices:
        options = {**question.choices, Said.NONE_OF_THESE.value: str(NONE)}
        one_of = [{"const": value, "title": title} for value, title in options.items()]
        fields[CHOICE] = {"type": "string", "title": str(CHOOSE), "oneOf": one_of}
    else:
        fields[CONFIRM] = {"type": "boolean", "title": str(YES[question.about])}
    form = {"type": "object", "properties": fields, "required": list(fields)}
    return {"mode": FORM, "message": message, "requestedSchema": form}


def _shown(fact: str | float) -> str:
    if isinstance(fact, str):
        return fact
    return str(formats.localize(int(fact) if fact == int(fact) else round(fact, 6)))


def _answers(params: Mapping[str, Any]) -> dict[str, Answer]:
    state = params.get("requestState")
    if not isinstance(state, dict) or "asked" not in state:
        return {}
    answers = {key: Answer(Said(said), *more) for key, (said, *more) in state["answers"].items()}
    responses = params.get("inputResponses") or {}
    if not isinstance(responses, dict):
        raise InvalidAnswer
    if ANSWER in responses:  # without an answer the same question is asked again
        answer = _answer(state["asked"], responses[ANSWER])
        answers[state["asked"]["key"]] = replace(answer, once=state["asked"].get("once", ""))
    return answers


def _answer(asked: Mapping[str, Any], given: Any) -> Answer:
    match given.get("action") if isinstance(given, dict) else None:
        case "decline":
            return Answer(Said.DECLINED)
        case "cancel":
            return Answer(Said.CANCELLED)
        case "accept":
            content = given.get("content")
        case _:
            raise InvalidAnswer
    if asked["is_page"]:
        return Answer(Said.YES)
    if not isinstance(content, dict):
        raise InvalidAnswer
    if not asked["choices"]:
        confirmed = content.get(CONFIRM)
        if not isinstance(confirmed, bool):
            raise InvalidAnswer
        return Answer(Said.YES if confirmed else Said.DECLINED)
    value = content.get(CHOICE)
    if value == Said.NONE_OF_THESE:
        return Answer(Said.NONE_OF_THESE)
    if not isinstance(value, str) or value not in asked["choices"]:
        raise InvalidAnswer
    return Answer(Said.YES, value)

"""Arguments that apply only to some choices. One that a call would not use is refused, never ignored."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel


def said(arguments: BaseModel, name: str) -> bool:
    """Say whether the argument has a value. Some clients send every argument with its default."""
    value = getattr(arguments, name)
    return value is not None and value != type(arguments).model_fields[name].default


def goes_with(arguments: BaseModel, chosen: str, choices: Mapping[str, Collection[str]]) -> None:
    """Check arguments that apply only to some choices; `choices` maps each argument to these.

    Raises ValueError, for use in model validators.
    """
    for name, fitting in choices.items():
        if chosen not in fitting and said(arguments, name):
            raise ValueError(f"{name} goes with {' or '.join(fitting)} and not with {chosen}")


def needs(arguments: BaseModel, name: str, *others: str) -> None:
    """Raise ValueError if `name` is given without any of `others`."""
    if said(arguments, name) and not any(said(arguments, other) for other in others):
        raise ValueError(f"{name} means nothing without {' or '.join(others)}")

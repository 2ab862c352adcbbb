"""Arguments that only some choices use: what a call would not use is refused, never dropped in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel


def said(arguments: BaseModel, name: str) -> bool:
    """Whether the call says something with it: some clients send each argument with its default."""
    value = getattr(arguments, name)
    return value is not None and value != type(arguments).model_fields[name].default


def goes_with(arguments: BaseModel, chosen: str, choices: Mapping[str, Collection[str]]) -> None:
    """`choices`: with which ones each argument goes. Raises ValueError, as validators of models do."""
    for name, fitting in choices.items():
        if chosen not in fitting and said(arguments, name):
            raise ValueError(f"{name} goes with {' or '.join(fitting)} and not with {chosen}")


def needs(arguments: BaseModel, name: str, *others: str) -> None:
    """`name` means something only beside one of the others."""
    if said(arguments, name) and not any(said(arguments, other) for other in others):
        raise ValueError(f"{name} means nothing without {' or '.join(others)}")

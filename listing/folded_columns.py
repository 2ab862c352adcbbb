"""Columns with folded text, for what long lists are searched and sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from listing.folding import MOST_WORDS, fold


class FoldedField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The folded text of some fields, or with `first` of the first one that has a text.

    It is made when a row is saved, so nothing may change its sources with `update()`.
    """

    def __init__(self, *sources: str, first: bool = False, **options: Any) -> None:
        self.sources, self.first = sources, first
        kept: dict[str, Any] = {"blank": True, "default": "", "db_default": "", "editable": False}
        super().__init__(**(kept | options))

    def deconstruct(self) -> Any:
        name, path, _arguments, options = super().deconstruct()
        return name, path, self.sources, options | ({"first": True} if self.first else {})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        texts = [getattr(model_instance, name) or "" for name in self.sources]
        text = next(filter(None, texts), "") if self.first else "\n".join(texts)
        folded = fold(text) or ""
        setattr(model_instance, self.attname, folded)
        return folded


class KeepsFolded(models.Model):
    """A model whose folded columns follow when only some fields are saved."""

    class Meta:
        abstract = True

    def save(self, *arguments: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if update_fields is not None:
            saved = set(update_fields)
            for field in self._meta.local_concrete_fields:
                if isinstance(field, FoldedField) and saved & set(field.sources):
                    saved.add(field.name)
            update_fields = saved
        super().save(*arguments, update_fields=update_fields, **options)


def holding(words: str, column: str) -> list[Q]:
    """Return one condition for each word: that the folded column has it. As `having`, without folding."""
    return [Q(**{f"{column}__contains": fold(word) or ""}) for word in words.split()[:MOST_WORDS]]

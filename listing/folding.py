"""Text as people search it: without accents and without capitals, alike in Python and in both databases.

NANDU finds Ñandú. The database folds at the time of the search, so nothing is stored twice.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

MOST_LETTERS = 200
MOST_WORDS = 8
# The combining accents: what NFKD separates from the letters of the languages of Europe.
_ACCENTS = re.compile("[\u0300-\u036f]")


def fold(text: str | None) -> str | None:
    if text is None or text.isascii():
        return text and text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower()


def teach_sqlite(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("folded", 1, fold, deterministic=True)


class Folded(Func):
    """The folded text of an expression. PostgreSQL needs a database in UTF-8, as its `normalize` does."""

    function = "folded"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = (
            r"lower(regexp_replace(normalize((%(expressions)s)::text, NFKD), '[\u0300-\u036f]', '', 'g'))"
        )
        return self.as_sql(compiler, connection, template=template, **context)


def words_of(text: str) -> str:
    """Return what a person typed into a search field, without what cannot be searched."""
    printable = "".join(sign if sign.isprintable() else "" for sign in text)
    return " ".join(printable.split())[:MOST_LETTERS]


def having(words: str, *columns: str) -> list[Q]:
    """Return one condition for each word: that one of the columns has it, anywhere and folded.

    For `filter(*having(...))`, with the columns as paths of the query's model. No column may be null.
    """
    parts: list[Any] = []
    for column in columns:
        parts += [Value("\n"), F(column)]
    text = Folded(Concat(*parts, output_field=TextField()))
    return [Q(Contains(text, fold(word) or "")) for word in words.split()[:MOST_WORDS]]

"""A text of the demo plants in the three languages in which their people write.

What people wrote in one record is in one language: that of its asset. The terms of a company's catalogues
(types of tasks, causes of failures, classifications) are in the language of the company, whoever uses them.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Language


@dataclass(frozen=True, slots=True, order=True)
class Text:
    spanish: str
    portuguese: str
    english: str

    def said_in(self, language: Language) -> str:
        return {
            Language.ES: self.spanish,
            Language.PT_BR: self.portuguese,
            Language.EN: self.english,
        }[language]

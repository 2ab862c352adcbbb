"""Chains the rows of the log: each row's digest covers the row and the digest of the row before it.

The digest is keyed with CREDENTIAL_HASH_KEY, so that somebody who can write to the database alone cannot make
a chain that verifies. A row that is changed, removed, inserted or moved breaks it at that place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, models, transaction

from audit.kinds import Kind
from audit.models import ChainHead, Event, Seal
from audit.signals import recorded

_KEY = hashlib.sha256(b"audit-chain\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()
_HEADS = ChainHead._meta.db_table
ROWS_AT_ONCE = 500  # in one statement; SQLite takes 32,766 values


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of the log but its primary key, and where those are that a database stores otherwise."""

    names: tuple[str, ...]
    values_of: Callable[[Event], tuple[Any, ...]]
    dates: tuple[int, ...]
    objects: tuple[int, ...]


@cache
def _columns(model: type[models.Model]) -> _Columns:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    names = tuple(str(field.column) for field in fields)

    def places(kind: type[models.Field[Any, Any]]) -> tuple[int, ...]:
        return tuple(place for place, field in enumerate(fields) if isinstance(field, kind))

    return _Columns(names, attrgetter(*names), places(models.DateTimeField), places(models.JSONField))


def digest_of(event: Event, previous: str) -> str:
    """Return the digest of a row after the row with the digest `previous`.

    Empty values are left out, so that a column that is added later changes no digest.
    """
    columns = _columns(type(event))
    row = {name: value for name, value in zip(columns.names, columns.values_of(event), strict=True) if value}
    row.pop("digest", None)
    for place in columns.dates:
        name = columns.names[place]
        row[name] = row[name].astimezone(dt.UTC).isoformat()
    return hmac.digest(
        _KEY, previous.encode() + orjson.dumps(row, option=orjson.OPT_SORT_KEYS), "sha256"
    ).hex()


def proof_of(seal: Seal) -> str:
    """Return the keyed digest of a seal."""
    row = ["seal", seal.company_id, seal.position, seal.digest]
    return hmac.digest(_KEY, orjson.dumps(row), "sha256").hex()


@dataclass(slots=True)
class _Head:
    position: int
    digest: str


def append(events: Sequence[Event]) -> None:
    """Chain and insert the events, in the order given.

    The heads of their companies stay locked until the commit, so it must be the last thing that a transaction
    does. Otherwise two transactions could wait for each other.
    """
    if not events:
        return
    # Plain SQL, because every answer to a tool call waits for it.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        heads = _locked({event.company_id for event in events}, cursor)
        for event in events:
            head = heads[event.company_id]
            event.position = head.position = head.position + 1
            event.digest = head.digest = digest_of(event, head.digest)
        for first in range(0, len(events), ROWS_AT_ONCE):
            _insert(events[first : first + ROWS_AT_ONCE], cursor)
        for company, head in heads.items():
            cursor.execute(
                f"UPDATE {_HEADS} SET position = %s, digest = %s WHERE company_id = %s",  # noqa: S608
                [head.position, head.digest, company],
            )
        told = [event for event in events if event.kind != Kind.TOOL_CALL]
        if told and type(told[0]) is Event:  # a migration tells nobody
            transaction.on_commit(lambda: recorded.send_robust(sender=Event, events=told))


def _insert(events: Sequence[Event], cursor: Any) -> None:
    # Table and columns are names of this package, and values are bound.
    model = type(events[0])
    columns = _columns(model)
    row = f"({', '.join(['%s'] * len(columns.names))})"
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns.names)}) VALUES "  # noqa: S608
        + ", ".join([row] * len(events)),
        list(chain.from_iterable(_stored(event, columns) for event in events)),
    )


def _stored(event: Event, columns: _Columns) -> list[Any]:
    values = list(columns.values_of(event))
    for place in columns.dates:
        values[place] = connection.ops.adapt_datetimefield_value(values[place])
    for place in columns.objects:
        values[place] = orjson.dumps(values[place]).decode()
    return values


def _locked(companies: Iterable[int], cursor: Any) -> dict[int, _Head]:
    """Lock the heads in one order for everybody, and make those that are missing."""
    wanted = sorted(companies)
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    query = (
        f"SELECT company_id, position, digest FROM {_HEADS}"  # noqa: S608
        f" WHERE company_id IN ({', '.join(['%s'] * len(wanted))}) ORDER BY company_id{lock}"
    )
    for _ in range(2):
        cursor.execute(query, wanted)
        found = {company: _Head(position, digest) for company, position, digest in cursor.fetchall()}
        if len(found) == len(wanted):
            break
        missing = [ChainHead(pk=company) for company in wanted if company not in found]
        ChainHead.objects.bulk_create(missing, ignore_conflicts=True)
    return found

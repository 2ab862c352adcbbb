"""Work requests of the demo plants, in every status."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Mapping

from accounts.models import Language
from maintenance.demo import request_texts as texts
from maintenance.demo.meters import DAYS
from maintenance.demo.plant import Plant
from maintenance.demo.request_steps import GUEST, RATING_NOTES, STATUS_NOTES
from maintenance.models import (
    Item,
    Personnel,
    Priority,
    RequestStatus,
    RequestStatusChange,
    WorkOrderStatus,
    WorkOrderTask,
    WorkRequest,
)
from maintenance.rules.request_steps import OF_ORDER, SOLVED

S = RequestStatus
# The statuses that a request passes through after its creation, the final one included.
PATHS: Mapping[RequestStatus, tuple[RequestStatus, ...]] = {
    S.OPEN_STATUS: (),
    S.PROCESS_STATUS: (S.PROCESS_STATUS,),
    S.OT_IN_PROCESS: (S.REQUEST_TODO, S.OT_IN_PROCESS),
    S.SOLVED_WITHOUT_OT_STATUS: (S.PROCESS_STATUS, S.SOLVED_WITHOUT_OT_STATUS),
    S.CANCEL_STATUS: (S.CANCEL_STATUS,),
    S.SOLVED_WITH_OT_STATUS: (S.REQUEST_TODO, S.OT_IN_PROCESS, S.OT_IN_REVIEW, S.SOLVED_WITH_OT_STATUS),
    S.REQUEST_TODO: (S.REQUEST_TODO,),
    S.OT_IN_REVIEW: (S.REQUEST_TODO, S.OT_IN_PROCESS, S.OT_IN_REVIEW),
    S.OT_CANCEL: (S.REQUEST_TODO, S.OT_IN_PROCESS, S.OT_CANCEL),
    S.AGAIN_REQUEST_TODO: (S.REQUEST_TODO, S.OT_IN_PROCESS, S.OT_CANCEL, S.AGAIN_REQUEST_TODO),
    S.DELETE_TASK_TODO: (S.REQUEST_TODO, S.DELETE_TASK_TODO),
    S.REJECTED: (S.PROCESS_STATUS, S.REJECTED),
    S.GUEST_PORTAL: (),
}
WITHOUT_ORDER = tuple(status for status in RequestStatus if status not in OF_ORDER.values())
SETTLED = (*SOLVED, S.CANCEL_STATUS, S.REJECTED, S.DELETE_TASK_TODO)
SHARE_OF_FAILURES = 0.3
LATEST_DAYS = 25


class Requests:
    """Collects requests and their histories; `save` writes them, oldest first."""

    def __init__(
        self, plant: Plant, operators: list[Personnel], planners: list[Personnel], rng: random.Random
    ) -> None:
        self._plant = plant
        self._company = plant.company
        self._languages = plant.languages()
        self._today = plant.today
        self._operators = operators
        self._planners = planners
        self._rng = rng
        self._requests: list[tuple[WorkRequest, Language]] = []

    def ask_for(self, task: WorkOrderTask) -> None:
        """Adds a request for an order: for some failures, and for all that were cancelled."""
        order_status = WorkOrderStatus(task.work_order.status)
        if order_status == WorkOrderStatus.FINISHED and self._rng.random() > SHARE_OF_FAILURES:
            return
        request = self._request(
            OF_ORDER[order_status],
            task.description,
            None,
            task.item,
            task.date_maintenance,
            self._languages[task.item.pk],
        )
        request.folio = task.work_order.folio
        request.date_maintenance = task.date_maintenance
        request.priority = task.priority
        if request.status in SOLVED:
            request.date_solution = task.work_order.final_date
        task.request = request
        task.requested_by = request.requested_by

    def ask_for_the_rest(self, items: list[Item]) -> None:
        """Adds requests without an order, at least eight in each such status."""
        rng = self._rng
        for status in WITHOUT_ORDER:
            for _ in range(8 + rng.randint(0, 6)):
                spoken, description, observation = rng.choice(texts.REQUESTS)
                oldest = DAYS if status in SETTLED else LATEST_DAYS
                date = self._today - datetime.timedelta(seconds=rng.randint(7200, oldest * 86_400))
                item = rng.choice(items) if rng.random() < 0.7 else None
                language = self._languages[item.pk] if item else self._plant.spoken(spoken)
                said = observation.said_in(language) if observation else None
                self._request(status, description.said_in(language), said, item, date, language)

    def save(self) -> None:
        self._requests.sort(key=lambda made: made[0].date)
        WorkRequest.objects.bulk_create((request for request, _ in self._requests), batch_size=500)
        changes = [
            change for request, language in self._requests for change in self._history(request, language)
        ]
        RequestStatusChange.objects.bulk_create(changes, batch_size=1000)

    def _request(
        self,
        status: RequestStatus,
        description: str,
        observation: str | None,
        item: Item | None,
        incident: datetime.datetime,
        language: Language,
    ) -> WorkRequest:
        rng, term = self._rng, self._plant.term
        operator = rng.choice(self._operators)
        guest = status == S.GUEST_PORTAL
        date = incident - datetime.timedelta(minutes=rng.randint(2, 90))
        request = WorkRequest(
            company=self._company,
            item=item,
            created_by=None if guest else operator,
            description=description,
            observation=observation,
            requested_by=GUEST.said_in(language) if guest else operator.full_name,
            email_requested_by=None if guest else operator.email,
            identifier=f"TCK-{rng.randint(1000, 9999)}" if rng.random() < 0.1 else None,
            is_urgent=rng.random() < 0.2,
            type=term(rng.choice(texts.REQUEST_TYPES)),
            type_1=term(rng.choice(texts.REQUEST_CLASSES_1)),
            type_2=term(kind) if (kind := rng.choice((*texts.REQUEST_CLASSES_2, None))) else None,
            priority=rng.choice((None, *Priority)),
            key_words=[word.said_in(language) for word in rng.sample(texts.KEY_WORDS, rng.randint(0, 2))],
            date=date,
            date_incident=date - datetime.timedelta(minutes=rng.randint(1, 240)),
            status=status,
            status_date=date,
            status_by=None if guest else operator,
        )
        if status in SOLVED:
            request.date_solution = min(self._today, date + datetime.timedelta(hours=rng.randint(2, 96)))
            request.rating = rng.choice((None, None, 3, 4, 5))
            opinion = rng.choice(RATING_NOTES) if request.rating else None
            request.rating_notes = opinion.said_in(language) if opinion else None
        if PATHS[status]:
            request.status_notes = _status_note(status, language)
            request.status_by = rng.choice(self._planners)
            settled = request.date_solution or date + datetime.timedelta(hours=rng.randint(1, 48))
            request.status_date = min(self._today, settled)
        self._requests.append((request, language))
        return request

    def _history(self, request: WorkRequest, language: Language) -> Iterable[RequestStatusChange]:
        """Returns the statuses from open to the present one, spread evenly over the time in between."""
        path = PATHS[S(request.status)]
        first = S.GUEST_PORTAL if request.status == S.GUEST_PORTAL else S.OPEN_STATUS
        yield RequestStatusChange(
            request=request, status=first, date=request.date, changed_by=request.created_by
        )
        for step, status in enumerate(path, 1):
            date = request.date + (request.status_date - request.date) * (step / len(path))
            yield RequestStatusChange(
                request=request,
                status=status,
                date=date,
                notes=_status_note(status, language),
                changed_by=request.status_by,
            )


def _status_note(status: RequestStatus, language: Language) -> str | None:
    note = STATUS_NOTES.get(status)
    return note.said_in(language) if note else None

"""Downloads of all records of a report, with the rights that the person has at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import acting_membership, sign_in_required, signed_in_user
from accounts.networks import address_of
from activity.screens.exporting import asynchronous
from audit.kinds import Kind
from audit.recording import Subject, record
from mcp_gateway.page_reads import Refused
from reports.asked import Page, asked
from reports.files import as_csv, as_xlsx
from reports.progress import counted, forget
from reports.tables import Table

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
@sign_in_required
def download(request: HttpRequest, tool: str) -> HttpResponse:
    """Send every record as a file. Where the question is refused, the page says why."""
    kind = "xlsx" if request.POST.get("format") == "xlsx" else "csv"
    question = asked(acting_membership(request), tool, request.GET)
    person, name = signed_in_user(request), request.POST.get("progress", "")
    forget(person.pk, name)
    pages = counted(question.pages(), person.pk, name)
    try:
        first = next(pages)
    except Refused:
        return HttpResponseRedirect(f"{reverse('report', args=[tool])}?{request.GET.urlencode()}")
    columns = question.columns(first) or [""]  # without records there is a header alone
    # Said now: the file is written later, where no language is chosen.
    cut = _("This file does not have all records: narrow the question.")
    tables = _with_ending(columns, chain([first], pages), cut)
    record(
        Kind.REPORT_EXPORTED,
        company_id=question.membership.company_id,
        user=person,
        subject=Subject("report", tool, question.tool.title),
        facts={"format": kind, "filters": request.GET.urlencode()},
        address=address_of(request),
    )
    response: HttpResponse | StreamingHttpResponse
    if kind == "xlsx":
        response = HttpResponse(as_xlsx(columns, tables), content_type=XLSX)
    else:
        parts = as_csv(columns, tables)
        response = StreamingHttpResponse(
            asynchronous(parts) if isinstance(request, ASGIRequest) else parts, content_type=CSV
        )
    file = f"{tool.removeprefix('list_').removeprefix('get_')}-{timezone.localdate():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    response["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # the decorators know the common case only


def _with_ending(columns: list[str], pages: Iterator[Page], said: str) -> Iterator[Table]:
    """Yield the tables. A file that ends early, or whose reading failed on the way, says so at its end."""
    cut = False
    try:
        for page in pages:
            yield page.table
            cut = page.cut
    except Refused:
        cut = True
    if cut:
        yield Table(columns, [{columns[0]: said}])

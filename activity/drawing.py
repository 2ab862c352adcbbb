"""The charts of the activity pages."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from activity.charts import Chart, Colour, Series
from activity.figures import Counts, Figures, Latency
from activity.spans import Span


def charts_of(figures: Figures, spans: Sequence[Span], budget: int | None) -> list[Chart]:
    """Return the charts of a period. `budget` is what may go upstream each minute, None without a limit."""
    return [
        calls_chart(figures.counts, spans),
        troubles_chart(figures.counts, spans),
        latency_chart(figures.latency, spans),
        upstream_chart(figures.busiest_minutes, spans, budget),
    ]


def calls_chart(counted: Sequence[Counts], spans: Sequence[Span]) -> Chart:
    return Chart(
        "calls",
        _("Calls"),
        _("%(calls)d calls, %(writes)d of them of tools that change something.")
        % {"calls": sum(each.calls for each in counted), "writes": sum(each.writes for each in counted)},
        [span.label for span in spans],
        [
            Series(_("reading"), Colour.FIRST, [each.reads for each in counted]),
            Series(_("changing"), Colour.SECOND, [each.writes for each in counted]),
        ],
    )


def troubles_chart(counted: Sequence[Counts], spans: Sequence[Span]) -> Chart:
    return Chart(
        "troubles",
        _("Refused and failed calls"),
        _("%(refused)d calls refused, %(failed)d failed.")
        % {"refused": sum(each.refused for each in counted), "failed": sum(each.failed for each in counted)},
        [span.label for span in spans],
        [
            Series(_("refused"), Colour.WARNING, [each.refused for each in counted]),
            Series(_("failed"), Colour.BAD, [each.failed for each in counted]),
        ],
    )


def latency_chart(took: Sequence[Latency], spans: Sequence[Span]) -> Chart:
    slowest = max((each.p95 for each in took if each.p95 is not None), default=0)
    return Chart(
        "latency",
        _("Duration in milliseconds"),
        _("Half of the calls, and 95 of 100, took at most this long. The highest value is %(slowest)d ms.")
        % {"slowest": slowest},
        [span.label for span in spans],
        [
            Series(_("half of the calls"), Colour.FIRST, [each.p50 for each in took]),
            Series(_("95 of 100 calls"), Colour.SECOND, [each.p95 for each in took]),
        ],
        lines=True,
    )


def upstream_chart(busiest: Sequence[int], spans: Sequence[Span], budget: int | None) -> Chart:
    return Chart(
        "upstream",
        _("Requests to the maintenance system, in the busiest minute"),
        _("At most %(most)d requests in one minute.") % {"most": max(busiest, default=0)},
        [span.label for span in spans],
        [Series(_("requests a minute"), Colour.FIRST, list(busiest))],
        limit=budget,
        limit_name=_("limit of the company: %(budget)d") % {"budget": budget} if budget else "",
    )

"""Report → chart: ours against one bar call a chart."""

from collections.abc import Callable, Mapping
from io import BytesIO

import matplotlib.dates as mdates
from matplotlib.figure import Figure

from benchmarks.generate import answer
from sops_report.charts import gantt, picture
from sops_report.reading import read_bytes
from sops_report.report.build import build_report
from sops_report.report.model import Report

ROWS = (200, 1_000, 10_000)


def contenders(n_rows: int) -> Mapping[str, Callable[[], object]]:
    """Return what is timed on a report with *n_rows* rows."""
    report = build_report(read_bytes(answer(n_rows - 1)))
    return {
        "sops_report: figure": lambda: gantt(report, max_rows=n_rows),
        "sops_report: figure and PNG": lambda: picture(gantt(report, max_rows=n_rows), "png"),
        "Axes.barh, no names: figure and PNG": lambda: barh(report),
    }


def barh(report: Report) -> bytes:
    """Draw the same bars with one call of `Axes.barh`, which makes an artist a bar."""
    started = [node for node in report.nodes if node.start_time and node.end_time]
    left = mdates.date2num([node.start_time for node in started])
    right = mdates.date2num([node.end_time for node in started])
    figure = Figure(figsize=(11, 14))
    axes = figure.add_subplot()
    axes.barh([node.position for node in started], right - left, left=left)
    axes.xaxis_date()
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()

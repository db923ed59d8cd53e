"""sops_report: post-mortems of BlueKing Standard OPS (bk-sops) tasks.

    import sops_report as sr

    snapshot = sr.read("answer.json")       # a file, folder, task id, BIZ/TASK, page's address
    sr.nodes(snapshot)                      # the node table with the analysis beside it
    sr.critical_path(snapshot)              # sections that add up to the wall time
    sr.render(sr.build_report(snapshot))    # the post-mortem as one HTML file

Importing this package is cheap: pandas and Matplotlib come with the first function that needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from sops_report.version import __version__

if TYPE_CHECKING:  # the porch only: these names are brought when they are first asked for
    from sops_report.api.client import SopsClient
    from sops_report.archive.archive import Archive
    from sops_report.errors import SopsReportError
    from sops_report.fleet import flatten_many
    from sops_report.porch import concurrency_chart, gantt, ledger_chart
    from sops_report.rendering import render
    from sops_report.report.build import build_report
    from sops_report.report.model import Report
    from sops_report.snapshot import Snapshot
    from sops_report.sources import read
    from sops_report.table import critical_path, failures, flatten, ledger, nodes

__all__ = [
    "Archive",
    "Report",
    "Snapshot",
    "SopsClient",
    "SopsReportError",
    "__version__",
    "build_report",
    "concurrency_chart",
    "critical_path",
    "failures",
    "flatten",
    "flatten_many",
    "gantt",
    "ledger",
    "ledger_chart",
    "nodes",
    "read",
    "render",
]

_ROOMS: Final = {
    "Archive": "archive.archive",
    "Report": "report.model",
    "Snapshot": "snapshot",
    "SopsClient": "api.client",
    "SopsReportError": "errors",
    "build_report": "report.build",
    "concurrency_chart": "porch",
    "critical_path": "table",
    "failures": "table",
    "flatten": "table",
    "flatten_many": "fleet",
    "gantt": "porch",
    "ledger": "table",
    "ledger_chart": "porch",
    "nodes": "table",
    "read": "sources",
    "render": "rendering",
}


def __getattr__(name: str) -> object:
    """Bring a name from its room when it is first asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)

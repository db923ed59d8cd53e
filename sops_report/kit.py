"""What a ticket needs, in one folder: report, summary, chart, title and the raw answer."""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sops_report.errors import UsageError
from sops_report.files import write_whole
from sops_report.masking.rules import BUILT_IN, Rule
from sops_report.masking.text import redact_text
from sops_report.redaction.answer import redact_answer
from sops_report.redaction.embedding import data_of
from sops_report.redaction.report import redact
from sops_report.rendering import render
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.visible import line
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.report.postmortem import PostMortem
from sops_report.snapshot import Snapshot
from sops_report.words import Language
from sops_report.words.lengths import display_zone

_MIB: Final = 1024**2
_TITLE: Final = 80
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Where the kit goes.

    Attributes:
        dialect: Of the summary.
        limit: The most bytes of one attachment.
        takes_html: Whether a page may be attached as it is; else it is zipped.
    """

    dialect: str
    limit: int
    takes_html: bool = True


TRACKERS: Final[Mapping[str, Tracker]] = MappingProxyType({
    "github": Tracker(dialect="github", limit=10 * _MIB),
    "gitlab": Tracker(dialect="gitlab", limit=10 * _MIB),
    "jira": Tracker(dialect="jira", limit=10 * _MIB),
    "servicenow": Tracker(dialect="plain", limit=20 * _MIB, takes_html=False),
    "wecom": Tracker(dialect="wecom", limit=20 * _MIB),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """A finished kit.

    Attributes:
        files: Contents by file name, in the order a ticket needs them.
        too_large: Sizes of what the tracker would refuse, by file name.
        limit: What it takes, in bytes.
    """

    files: Mapping[str, bytes]
    too_large: Mapping[str, int]
    limit: int

    def write(self, folder: Path, *, force: bool = False) -> list[Path]:
        """Write the files into *folder* and return their paths.

        Raises:
            UsageError: One exists and *force* is not set; then none was written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        targets = {folder / name: data for name, data in self.files.items()}
        for path in targets:
            if path.exists() and not force:
                raise UsageError("exists", path=path)
        for path, data in targets.items():
            write_whole(path, data, force=force)
        return list(targets)


def make_kit(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    *,
    tracker: str = "github",
    dialect: str | None = None,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    rules: Sequence[Rule] = BUILT_IN,
    raw: bool = False,
    embed: bool = True,
    postmortem: PostMortem | None = None,
    command: str | None = None,
    paint: Callable[[Report], bytes] | None = None,
) -> Kit:
    """Make a kit.

    Args:
        snapshot: The run.
        tracker: One of `TRACKERS`: its dialect and limits.
        dialect: Of the summary, where it is another one.
        language: Of all words.
        zone: Of all moments; None means the snapshot's own offset, else UTC.
        rules: What is masked, in every file.
        raw: Keep the raw answer as it is, secrets included.
        embed: Let the page carry its data.
        postmortem: What people wrote.
        command: The command line that makes it again, told in the report.
        paint: Returns the chart as PNG; None paints it with Matplotlib.

    Returns:
        The files, not written yet; what is larger than the tracker takes is left out and named.

    Raises:
        UsageError: There is no such tracker or dialect.
    """
    from sops_report.rendering.html import render_page  # noqa: PLC0415 - brings Jinja

    where = _tracker(tracker)
    made, _ = redact(_made(snapshot, zone, postmortem, command), rules)
    name = "report.html" if where.takes_html else "report.zip"
    options = PageOptions(data=data_of(snapshot, rules) if embed else None)
    page = render_page(made, language, display_zone(made.task.offset_minutes, zone), options)
    whole = page.encode("utf-8", "replace")
    files = {
        "title.txt": f"{line(made.verdict.title[language], _TITLE)}\n".encode(),
        "summary.md": render(
            made, "md", language, zone, dialect=dialect or where.dialect, attachment=name,
            rules=rules,
        ).encode(),
        name: whole if where.takes_html else _zipped("report.html", whole),
        "gantt.png": (paint or _painter(language, zone))(made),
    }  # fmt: skip
    answer = _answer(snapshot, rules, raw=raw)
    if answer is not None:
        files["raw.json.gz"] = answer
    return _within(files, where.limit)


def _made(
    snapshot: Snapshot, zone: tzinfo | None, postmortem: PostMortem | None, command: str | None
) -> Report:
    made = build_report(snapshot, zone=zone)
    shown = None if command is None else redact_text(command)[0]
    provenance = replace(made.provenance, command=shown)
    return replace(made, postmortem=postmortem, provenance=provenance)


def _tracker(name: str) -> Tracker:
    if name not in TRACKERS:
        raise UsageError("bad-tracker", name=name[:60], known=", ".join(TRACKERS))
    return TRACKERS[name]


def _painter(language: Language, zone: tzinfo | None) -> Callable[[Report], bytes]:
    def paint(report: Report) -> bytes:
        from sops_report import charts  # noqa: PLC0415 - brings Matplotlib

        return charts.picture(charts.gantt(report, language=language, zone=zone), "png")

    return paint


def _answer(snapshot: Snapshot, rules: Sequence[Rule], *, raw: bool) -> bytes | None:
    data = snapshot.origin.data
    if data is None:
        return None
    # no clock and no name in the head: equal input makes equal bytes
    plain = redact_answer(data, snapshot.origin.source, () if raw else rules)[0]
    return gzip.compress(plain, 9, mtime=0)


def _zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _within(files: Mapping[str, bytes], limit: int) -> Kit:
    return Kit(
        files={name: data for name, data in files.items() if len(data) <= limit},
        too_large={name: len(data) for name, data in files.items() if len(data) > limit},
        limit=limit,
    )

"""Detect what a SOURCE is and read it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sops_report.archive.shelf import PACK, is_there
from sops_report.config import Settings, read_settings
from sops_report.errors import SopsReportError, UsageError
from sops_report.snapshot import Snapshot
from sops_report.sources import files

_TASK_ID: Final = re.compile(r"\d{1,18}")
_ARCHIVED: Final = re.compile(r"(?P<biz>\w[\w-]*)/(?P<task>\d{1,18})(?:@(?P<at>.+))?")
_URL: Final = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How a task that is not on disk is asked for.

    Attributes:
        settings: Site, credentials and archive; None reads environment and profile when needed.
        with_detail: Ask for the flow too.
        with_histories: Ask for the earlier attempts of the nodes that had some.
        with_operations: Ask who did what.
        with_logs: Ask for the logs of failed nodes.
        most_calls: How many calls at most beside the status, child tasks included.
        archived_as: The site's name in the archive, where it is not its host.
        tell: Is told what could not be had (``flow``, ``histories`` …) and why; a refusal costs its
            facts only, and is a note of the snapshot.
    """

    settings: Settings | None = None
    with_detail: bool = True
    with_histories: bool = True
    with_operations: bool = False
    with_logs: bool = False
    most_calls: int | None = None
    archived_as: str | None = None
    tell: Callable[[str, SopsReportError], None] | None = None


def read(  # noqa: PLR0913 - options
    source: str | Path | bytes,
    tree: str | Path | None = None,
    histories: str | Path | None = None,
    *,
    task: str | None = None,
    names: bool = False,
    live_options: Live | None = None,
) -> Snapshot:
    """Read a SOURCE.

    Args:
        source: ``-``, a file, a folder, the address of a task page, a task id, or
            ``BIZ/TASK[@TIME]``; bytes are an answer themselves.
        tree: A saved ``get_task_detail`` answer (``pipeline_tree``): true edges and component
            codes. One that lies beside a file is found by itself.
        histories: Saved ``get_task_node_detail`` answers by node; found likewise.
        task: Which task, where a file holds several.
        names: Reports may name the people who did something; else they are numbered.
        live_options: How a task is fetched; environment and profile where None.

    Returns:
        The newest snapshot; older ones of the same task are its ``earlier``.

    Raises:
        InputError: No status answer is there.
        UsageError: The source cannot be understood.
        NetworkError: A live task could not be fetched.
        NotAllowedError: Credentials or a permission are missing.
    """
    beside = files.Beside.named(tree, histories)
    found = _read(source, beside, task, live_options)
    return replace(found, names=True) if names else found


def _read(
    source: str | Path | bytes, beside: files.Beside, task: str | None, live_options: Live | None
) -> Snapshot:
    if isinstance(source, bytes):
        return files.read_data(source, "–", beside, task=task)
    name = str(source)
    if name == "-":
        data = files.read_stdin()
        return files.read_data(data, "-", beside, task=task, maybe_lines=True)
    path = Path(name)
    if name and _exists(path):
        reader = files.read_folder if path.is_dir() else files.read_file
        return reader(path, beside, task=task)
    return _read_named(name, beside, live_options or Live())


def _exists(path: Path) -> bool:
    try:
        return path.exists() or ((path.parent / PACK).is_file() and is_there(path))
    except (OSError, ValueError):  # too long for a name, or a zero byte in it
        return False


def _read_named(name: str, beside: files.Beside, options: Live) -> Snapshot:
    """Read a source that is no file: a page's address, a task id or a name in the archive."""
    settings = options.settings or read_settings()
    if _URL.match(name) or _TASK_ID.fullmatch(name):
        return _fetched(name, settings, beside, options)
    match = _ARCHIVED.fullmatch(name)
    if match is None:
        raise UsageError("no-such-source", source=name[:200] or '""')
    from sops_report.archive.archive import Archive  # noqa: PLC0415 - start-up time
    from sops_report.sources import archived  # noqa: PLC0415 - start-up time

    archive = Archive(settings.archive)
    found = archived.read_archived(archive, match["biz"], match["task"], match["at"], beside)
    return archived.with_child_tasks(found, archive)


def _fetched(name: str, settings: Settings, beside: files.Beside, options: Live) -> Snapshot:
    from sops_report.archive.archive import Archive  # noqa: PLC0415 - start-up time
    from sops_report.sources import archived, live  # noqa: PLC0415 - brings the HTTP library

    saved = live.fetch(
        live.wanted(name),
        settings,
        with_detail=options.with_detail and beside.flow is None,
        with_histories=options.with_histories and beside.histories is None,
        with_operations=options.with_operations,
        with_logs=options.with_logs,
        most_calls=options.most_calls,
        archived_as=options.archived_as,
        tell=options.tell,
    )
    found = archived.read_saved(saved.path, beside, source=name.partition("?")[0])
    return archived.with_child_tasks(found, Archive(settings.archive))

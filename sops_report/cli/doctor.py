"""``doctor``: what is set up and reachable, one line a check; never a secret."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sops_report.archive.archive import Archive
from sops_report.archive.files import written
from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, on_site
from sops_report.config import Settings
from sops_report.errors import SopsReportError
from sops_report.words import Language, say
from sops_report.words.lengths import duration

if TYPE_CHECKING:  # brings the HTTP library, which is slow to start
    from sops_report.api.client import Answer

_MOST_SKEW_S = 120
# Refusals of a site that has understood us.
_DENIALS = frozenset({"no-permission", "app-not-granted", "place-not-allowed"})
_CHINESE = "标准运维任务复盘"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding: ``ok``, ``warn`` or ``fail``, and a line about it."""

    mark: str
    text: str


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("doctor", cls=Command, help="help.doctor")(doctor)


@on_site
def doctor(settings: Settings, talk: Talk) -> None:
    """Look at everything; exit code 1 if something failed."""
    failed = 0
    for check in _checks(settings, talk.language):
        typer.echo(f"{say(f'doctor.{check.mark}', talk.language)}  {check.text}")
        failed += check.mark == "fail"
    if failed:
        raise SopsReportError("doctor-failed", count=failed)


def _checks(settings: Settings, language: Language) -> Iterator[Check]:
    yield _config(settings, language)
    yield from _site(settings, language)
    yield from _archive(settings, language)
    yield _font(language)


def _config(settings: Settings, language: Language) -> Check:
    if settings.secrets_exposed:
        text = say("settings.exposed", language, path=settings.config_file)
        return Check(mark="fail", text=text)
    key = "doctor.config" if settings.config_file.is_file() else "doctor.no_config"
    values = {"path": settings.config_file, "profile": settings.profile or "–"}
    return Check(mark="ok", text=say(key, language, **values))


def _site(settings: Settings, language: Language) -> Iterator[Check]:
    """Ask the site for its newest task: that needs all of address, credentials, permission."""
    from sops_report.api.client import SopsClient  # noqa: PLC0415 - brings the HTTP library

    try:
        site, credentials = settings.site(), settings.credentials()
        yield Check(mark="ok", text=say("doctor.site", language, host=site.host, door=site.door))
        yield Check(mark="ok", text=say("doctor.credentials", language))
        with SopsClient(site, credentials) as client:
            answer = client.get_task_list(limit=1)
    except SopsReportError as refusal:
        if refusal.key in _DENIALS:
            yield Check(mark="ok", text=say("doctor.reachable", language))
        yield _refused(refusal, language)
        return
    yield Check(mark="ok", text=say("doctor.reachable", language))
    yield Check(mark="ok", text=say("doctor.permission", language, biz=site.biz))
    yield _clock(answer, language)


def _clock(answer: "Answer", language: Language) -> Check:
    if answer.site_time_us is None:
        return Check(mark="warn", text=say("doctor.no_clock", language))
    skew_s = (answer.fetched_at_us - answer.site_time_us) / 1_000_000
    is_fine = abs(skew_s) <= _MOST_SKEW_S
    key = "doctor.clock" if is_fine else "doctor.clock_skew"
    text = say(key, language, skew=duration(abs(skew_s), language))
    return Check(mark="ok" if is_fine else "fail", text=text)


def _refused(refusal: SopsReportError, language: Language) -> Check:
    hint = refusal.hint(language)
    told = f"{refusal.text(language)} – {hint}" if hint else refusal.text(language)
    return Check(mark="fail", text=told)


def _archive(settings: Settings, language: Language) -> Iterator[Check]:
    try:
        folder = settings.archive
    except SopsReportError as refusal:
        yield _refused(refusal, language)
        return
    yield _archive_writable(folder, language)
    yield _archive_clean(folder, language)


def _archive_writable(folder: Path, language: Language) -> Check:
    try:
        with written(folder, str(time.time_ns()).encode()):
            pass
    except SopsReportError as refusal:
        return Check(mark="fail", text=refusal.text(language))
    return Check(mark="ok", text=say("doctor.archive", language, folder=folder))


def _archive_clean(folder: Path, language: Language) -> Check:
    archive = Archive(folder)
    findings = archive.verify()
    if findings:
        count = len(findings)
        return Check(mark="fail", text=say("doctor.archive_findings", language, count=count))
    return Check(mark="ok", text=say("doctor.archive_clean", language, count=len(archive.tasks())))


def _font(language: Language) -> Check:
    from sops_report.charts.fonts import choose  # noqa: PLC0415 - brings Matplotlib

    if choose([_CHINESE]).can_draw(_CHINESE):
        return Check(mark="ok", text=say("doctor.font", language))
    return Check(mark="warn", text=say("doctor.no_font", language))

"""``demo``: the main job with no site of one's own.

A local site is started on a bundled real task, and then everything happens as it would with a
real one: fetch over HTTP, archive, read, analyse, report.
"""

import tempfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

import typer

from sops_report.archive.archive import Archive
from sops_report.cli.charting import paint
from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, with_talk
from sops_report.config import read_settings
from sops_report.files import write_whole
from sops_report.rendering import Format, render
from sops_report.report.build import build_report
from sops_report.server import LocalSite
from sops_report.sources import Live, read
from sops_report.sources.archived import Place

Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="help.demo_out")]

TASK_ID: Final = "515395"
_BIZ: Final = "2"
_PLACE: Final[Place] = {
    "site": "bk.example.com",
    "scope": "cmdb_biz",
    "biz": _BIZ,
    "task_id": TASK_ID,
}
# The demo asks its own local site, which lets in whoever is whole; nothing here is secret.
_CREDENTIALS: Final = {
    "SOPS_REPORT_APP_CODE": "demo",
    "SOPS_REPORT_APP_SECRET": "demo",
    "SOPS_REPORT_USERNAME": "demo",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("demo", cls=Command, help="help.demo")(demo)


@with_talk
def demo(talk: Talk, *, out: Out = Path("sops-report-demo")) -> None:
    """Fetch, archive and report a bundled real task; prints one path a line."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stock_site(Path(folder))
        with LocalSite(folder) as site:
            talk.tell("talk.demo_site", url=site.gateway_url)
            settings = read_settings(
                _CREDENTIALS,
                config_file=Path(folder) / "no-config.toml",
                url=site.gateway_url,
                door="gateway",
                biz=_BIZ,
                archive=out / "archive",
            )
            options = Live(settings=settings, archived_as=_PLACE["site"], tell=talk.tell_refusal)
            snapshot = read(TASK_ID, live_options=options)
    made = build_report(snapshot, zone=talk.zone)
    for form in (Format.HTML, Format.MARKDOWN):
        target = out / f"report.{form}"
        write_whole(target, render(made, form, talk.language, talk.zone).encode(), force=True)
        typer.echo(str(target))
    paint(snapshot, talk, out / "gantt.png", force=True)
    typer.echo(str(out / "gantt.png"))
    typer.echo(str(out / "archive"))
    talk.tell("talk.demo_verdict", sentence=made.verdict.sentence[talk.language])
    talk.tell("talk.demo_next", page=out / "report.html", archive=out / "archive")


def stock_site(folder: Path) -> None:
    """Put the bundled task into an archive for the local site to answer from."""
    data = files("sops_report") / "demo_data"
    moment = datetime(2024, 7, 5, 18, 20, 54, tzinfo=UTC)
    archive = Archive(folder)
    archive.save(
        (data / "answer.json").read_bytes(),
        **_PLACE,
        as_of_us=None,
        fetched_at_us=int(moment.timestamp()) * 1_000_000,
        request={},
        http_status=200,
    )
    for name in ("pipeline_tree.json", "histories.json"):
        archive.save_beside(name, (data / name).read_bytes(), **_PLACE)

"""``whatif``: the new end and path, had some nodes taken another time."""

from typing import Annotated, Final

import typer

from sops_report.analysis import analyse
from sops_report.analysis.changes import read_changes
from sops_report.analysis.whatif import WhatIf, what_if
from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, on_source
from sops_report.errors import UsageError
from sops_report.rendering.visible import line
from sops_report.report.labels import label_of
from sops_report.report.moments import moment_of
from sops_report.snapshot import Snapshot
from sops_report.words import say
from sops_report.words.lengths import display_zone, duration, moment

Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="NODE", help="help.whatif_skip")]
SpeedUp = Annotated[
    list[str] | None,
    typer.Option("--speedup", metavar="NODE=50%", help="help.whatif_speedup"),
]

_SECOND_US: Final = 1_000_000
_LONGEST_LABEL: Final = 80


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("whatif", cls=Command, help="help.whatif")(whatif)


@on_source
def whatif(snapshot: Snapshot, talk: Talk, *, skip: Skip = None, speedup: SpeedUp = None) -> None:
    """Say when the task would have ended, and on which path."""
    if not skip and not speedup:
        raise UsageError("no-change")
    analysis = analyse(snapshot)
    changes = read_changes(analysis, skip=skip or (), speedup=speedup or ())
    answer = what_if(analysis, changes)
    if answer.wall_us is None or answer.end_us is None:
        raise UsageError("no-times")
    zone = display_zone(snapshot.offset_minutes, talk.zone)
    typer.echo(
        say(
            "whatif.answer",
            talk.language,
            wall=duration(answer.wall_us / _SECOND_US, talk.language),
            before=duration((analysis.clock.wall_us or 0) / _SECOND_US, talk.language),
            saved=duration(answer.saved_us / _SECOND_US, talk.language),
            end=moment(moment_of(answer.end_us), zone, talk.language),
        )
    )
    _say_path(snapshot, talk, answer)
    talk.tell(f"whatif.order.{analysis.order_source}")


def _say_path(snapshot: Snapshot, talk: Talk, answer: WhatIf) -> None:
    typer.echo(say("whatif.path", talk.language))
    for section in answer.sections:
        if section.length_us < _SECOND_US:
            continue
        name = say(f"class.{section.section_class}", talk.language)
        length = duration(section.length_us / _SECOND_US, talk.language)
        label = line(label_of(snapshot, section.position, talk.language), _LONGEST_LABEL)
        typer.echo(f"  {length:>16}  {label} · {name}")

"""What an analysis found beyond the numbers: advice, reactions, joins, progress, the peak."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.advice import Advice, Facts, advise, word
from sops_report.analysis.concurrency import Concurrency
from sops_report.analysis.joins import Join
from sops_report.analysis.operations import people_of
from sops_report.analysis.people import PeopleWaits
from sops_report.analysis.progress import Progress, progress_of
from sops_report.report.findings import AdviceLine, Block, Branch, Peak, Reaction, Standing
from sops_report.snapshot import Snapshot
from sops_report.words import Language

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000


def advice_of(facts: Facts) -> tuple[AdviceLine, ...]:
    """Return the advice that the numbers support, in words."""
    return tuple(_advice(facts.analysis, advice) for advice in advise(facts))


def _advice(analysis: Analysis, advice: Advice) -> AdviceLine:
    said = {language: word(advice, analysis.snapshot, language) for language in Language}
    return AdviceLine(
        code=advice.code,
        positions=advice.positions,
        saving_s=None if advice.saving_us is None else advice.saving_us / _SECOND_US,
        is_urgent=advice.is_urgent,
        title={language: words.title for language, words in said.items()},
        evidence={language: words.evidence for language, words in said.items()},
        caveat={language: words.caveat for language, words in said.items()},
        next_step={language: words.next_step for language, words in said.items()},
    )


def reactions_of(waits: PeopleWaits, snapshot: Snapshot) -> tuple[Reaction, ...]:
    """Return how long each failure waited for somebody, by time."""
    known = people_of(snapshot.operations or ())
    operators = [found.operation.operator if found.operation else "" for found in waits.reactions]
    return tuple(
        Reaction(
            position=reaction.position,
            failed_at=_moment(reaction.failed_at_us),
            until=_EPOCH + timedelta(microseconds=reaction.until_us),
            seconds=_seconds(reaction.at_most_us),
            how=reaction.how,
            is_exact=reaction.is_exact,
            maybe_automatic=reaction.maybe_automatic,
            is_recorded=reaction.operation is not None,
            person=known.get(operator),
            name=operator if snapshot.names and operator else None,
        )
        for reaction, operator in zip(waits.reactions, operators, strict=True)
    )


def blocks_of(facts: Facts) -> tuple[Block, ...]:
    """Return the parallel blocks, in document order of their joins."""
    return tuple(_block(join) for join in facts.joins)


def _block(join: Join) -> Block:
    return Block(
        position=join.position,
        split=join.split,
        imbalance=join.imbalance,
        branches=tuple(
            Branch(
                position=branch.position,
                end_time=_EPOCH + timedelta(microseconds=branch.end_us),
                length_s=branch.length_us / _SECOND_US,
                wait_s=branch.wait_us / _SECOND_US,
            )
            for branch in join.branches
        ),
    )


def standing_of(analysis: Analysis) -> Standing:
    """Return how far the task got and what never ran."""
    progress = progress_of(analysis)
    return Standing(
        steps_done=progress.steps_done,
        steps_seen=progress.steps_seen,
        steps_expected=progress.steps_expected,
        is_upper_bound=progress.is_upper_bound,
        ahead=_names(analysis, progress.ahead),
        not_taken=_names(analysis, progress.not_taken),
        blocked_by=_blocked(progress),
    )


def _blocked(progress: Progress) -> dict[int, int]:
    return {blast.position: blast.steps for blast in progress.blasts or ()}


def _names(analysis: Analysis, node_ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the names of the flow's steps; gateways and events have none and are left out."""
    flow = analysis.snapshot.flow
    if node_ids is None or flow is None:
        return None
    known = (flow.nodes.get(node_id) for node_id in node_ids)
    return tuple(node.name for node in known if node is not None and node.name.strip())


def peak_of(concurrency: Concurrency) -> Peak | None:
    """Return when most leaves ran at once; None if nothing took time."""
    if concurrency.peak_start_us is None or concurrency.peak_end_us is None:
        return None
    return Peak(
        count=concurrency.peak,
        start_time=_EPOCH + timedelta(microseconds=concurrency.peak_start_us),
        end_time=_EPOCH + timedelta(microseconds=concurrency.peak_end_us),
        positions=concurrency.peak_positions,
        factor=concurrency.factor,
    )


def _moment(us: int | None) -> datetime | None:
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def _seconds(us: int | None) -> float | None:
    return None if us is None else us / _SECOND_US

"""Advice about failures: what their texts say should be done, and what stands still."""

import re
from collections.abc import Iterator
from typing import Final

from sops_report.analysis.advice.value import Advice, Facts
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.failures import FailedNode
from sops_report.analysis.hosts import host_failures

_READ: Final = 4_000  # characters of a text; what a plugin has to say stands at the beginning
_LONG_IDLE_US: Final = 1800 * SECOND_US
_SEVERAL: Final = 2
# Beginnings and phrases of the plugins and the engine, in both languages of a site.
_TIMER_PAST: Final = re.compile(r"定时时间需晚于当前时间")
_PERMISSION: Final = re.compile(
    r"无[^\s,，。]{0,8}权限|没有[^\n。]{0,12}权限|权限不足|9900403|\bIAM\b|no permission|"
    r"permission required|not authori[sz]ed|access denied",
    re.IGNORECASE,
)
_UNREACHABLE: Final = re.compile(
    r"agent[^\n]{0,10}(?:异常|离线|未安装|abnormal|offline|not installed)|主机不存在|不可达|"
    r"unreachable|no route to host|connection (?:refused|timed out)|连接被拒绝|连接超时",
    re.IGNORECASE,
)
_GATEWAY: Final = re.compile(
    r"\s*(?:evaluate\[|all conditions of branches|multiple conditions meet)", re.IGNORECASE
)


def timer_in_the_past(facts: Facts) -> Iterator[Advice]:
    """A timer was set to a moment that had passed."""
    yield from _by_text(facts, "timer-past", _TIMER_PAST, weight=90)


def missing_permission(facts: Facts) -> Iterator[Advice]:
    """A permission is missing."""
    yield from _by_text(facts, "permission", _PERMISSION, weight=85)


def unreachable_host(facts: Facts) -> Iterator[Advice]:
    """A host or its agent did not answer."""
    yield from _by_text(facts, "unreachable", _UNREACHABLE, weight=80)


def gateway_expression(facts: Facts) -> Iterator[Advice]:
    """A gateway could not choose a branch."""
    gateways = [f for f in facts.analysis.failures if f.text and _GATEWAY.match(f.text)]
    yield from _of_failures("gateway", gateways, weight=88)


def failed_hosts(facts: Facts) -> Iterator[Advice]:
    """A failure's text tells which hosts failed."""
    by_position = {f.position: host_failures(f.text) for f in facts.analysis.failures}
    positions = tuple(position for position, hosts in by_position.items() if hosts)
    hosts = list(dict.fromkeys(h.host for found in by_position.values() for h in found))
    if hosts:
        yield Advice(
            code="hosts",
            positions=positions,
            is_urgent=True,
            weight=70,
            values={"hosts": len(hosts), "first": hosts[0][:60]},
        )


def no_message(facts: Facts) -> Iterator[Advice]:
    """A failure has no message."""
    silent = [f for f in facts.analysis.failures if not (f.text or "").strip()]
    yield from _of_failures("no-message", silent, weight=60)


def one_cause(facts: Facts) -> Iterator[Advice]:
    """Several failures have the same signature."""
    groups: dict[str, list[FailedNode]] = {}
    for failure in facts.analysis.failures:
        if failure.text:
            groups.setdefault(failure.signature, []).append(failure)
    for signature, group in groups.items():
        if len(group) >= _SEVERAL:
            yield Advice(
                code="one-cause",
                positions=tuple(failure.position for failure in group),
                is_urgent=True,
                weight=75,
                values={"signature": signature},
            )


def skipped_failure(facts: Facts) -> Iterator[Advice]:
    """A failure was skipped, so what it should have done is not done."""
    skipped = facts.analysis.incidents.skipped
    if skipped:
        yield Advice(code="skipped", positions=skipped, weight=55)


def standing_still(facts: Facts) -> Iterator[Advice]:
    """The task failed and nobody has touched it since."""
    idle = facts.analysis.clock.idle_us or 0
    failures = facts.analysis.failures
    if facts.analysis.outcome == "failed" and failures and idle >= _LONG_IDLE_US:
        yield Advice(
            code="standing-still",
            positions=tuple(failure.position for failure in failures),
            is_urgent=True,
            weight=65,
            lengths_us={"idle": idle},
        )


def _by_text(facts: Facts, code: str, pattern: re.Pattern[str], *, weight: int) -> Iterator[Advice]:
    found = [f for f in facts.analysis.failures if f.text and pattern.search(f.text[:_READ])]
    yield from _of_failures(code, found, weight=weight)


def _of_failures(code: str, failures: list[FailedNode], *, weight: int) -> Iterator[Advice]:
    if failures:
        positions = tuple(failure.position for failure in failures)
        yield Advice(code=code, positions=positions, is_urgent=True, weight=weight)

"""Mask every text of a report, whatever field it stands in; words of our own are left alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Any, Final, TypeVar

from sops_report.masking.rules import BUILT_IN, MASK, Rule, tells_secret
from sops_report.masking.text import OURS, Counts, Masker, that_may_match
from sops_report.redaction.columns import cleaned, texts_of
from sops_report.report.findings import Setting
from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns

T = TypeVar("T")

# Words that we chose ourselves: nothing of the answer is in them. A field that is added later and
# not named here is masked, so forgetting it is safe.
_OURS: Final = frozenset({
    "anchor", "as_of_source", "code", "concurrency", "engine", "kind", "kind_source",
    "how", "order_source", "outcome", "redactions", "section_class", "sha256", "signature",
    "state_group", "tool_version",
})  # fmt: skip
_NO_SECRETS: Final = frozenset({"", MASK, "true", "false", "null"})
_NO_TEXTS: Final = (bool, int, int | None, float | None, datetime | None)
# a path is made of labels, so it tells nothing new, but it is masked like them
_NODE_TEXTS: Final = tuple(
    field.name for field in fields(Node) if field.name not in _OURS and field.type not in _NO_TEXTS
)


def redact(report: Report, rules: Sequence[Rule] = BUILT_IN) -> tuple[Report, Counts]:
    """Return *report* with every secret masked, and how many were masked by rule.

    Args:
        report: The report; it stays as it is.
        rules: What to look for.

    Returns:
        The same report object where nothing was found; else a new one whose ``redactions`` hold
        the counts, those of an earlier turn included.
    """
    if not rules:
        return report, {}
    told = that_may_match(_texts_beside_nodes(report), rules)
    listed = that_may_match(_texts_of_nodes(report.nodes, rules), rules)
    active = tuple(rule for rule in rules if rule in told or rule in listed)
    if not active and not any(map(tells_a_secret, _settings(report))):
        return report, {}
    cleaner = _Cleaner(active)
    changes = {
        field.name: cleaner.value(getattr(report, field.name))
        for field in fields(report)
        if field.name not in _OURS and field.name != "nodes"
    }
    nodes = cleaner.nodes(report.nodes) if listed else report.nodes
    counts = dict(cleaner.masker.counts)
    if not counts:
        return report, {}
    together = Counter(report.redactions) + Counter(counts)
    return replace(report, **changes, nodes=nodes, redactions=dict(together)), counts


def tells_a_secret(setting: Setting) -> bool:
    """Tell whether an input or output is secret by its name."""
    return setting.value not in _NO_SECRETS and tells_secret(setting.key)


def _settings(report: Report) -> Iterator[Setting]:
    for failure in report.failures:
        if failure.evidence is not None:
            yield from (*failure.evidence.inputs, *failure.evidence.outputs)


class _Cleaner:
    """Masks values of any shape; equal texts are looked at once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.masker = Masker(rules)
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self.masker.clean(text)
        return known

    def node(self, node: Node) -> Node:
        changes: dict[str, Any] = {}
        for name in _NODE_TEXTS:
            value = getattr(node, name)
            if value and (cleaned := self._of(value)) != value:
                changes[name] = cleaned
        return replace(node, **changes) if changes else node

    def nodes(self, nodes: Sequence[Node]) -> Sequence[Node]:
        if isinstance(nodes, NodeColumns):
            return cleaned(nodes, self.text)
        return tuple(map(self.node, nodes))

    def value(self, value: T) -> T:
        return self._of(value)  # type: ignore[no-any-return]

    def _of(self, value: Any) -> Any:  # noqa: ANN401 - any field of the report
        if isinstance(value, str) and not isinstance(value, Enum):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._of(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(map(self._of, value))
        if isinstance(value, Setting):
            return self._setting(value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._of_dataclass(value)
        return value

    def _setting(self, setting: Setting) -> Setting:
        """Mask a value whole where its key names a secret, whatever it looks like."""
        key = self.text(setting.key)
        if not tells_a_secret(setting):
            return Setting(key=key, value=self.text(setting.value))
        self.masker.counts["secret"] += 1
        return Setting(key=key, value=MASK)

    def _of_dataclass(self, value: Any) -> Any:  # noqa: ANN401 - any value of the report
        changes = {}
        for field in fields(value):
            before = getattr(value, field.name)
            after = before if field.name in _OURS else self._of(before)
            if after != before:
                changes[field.name] = after
        return replace(value, **changes) if changes else value


def _texts_of_nodes(nodes: Sequence[Node], rules: Sequence[Rule]) -> Iterator[str]:
    if isinstance(nodes, NodeColumns):
        yield from texts_of(nodes, with_ids=not OURS.issuperset(rules))
        return
    for name in _NODE_TEXTS:
        if name != "path":
            for value in dict.fromkeys(map(attrgetter(name), nodes)):
                yield from _texts_in(value)


def _texts_beside_nodes(report: Report) -> Iterator[str]:
    for field in fields(report):
        if field.name not in _OURS and field.name != "nodes":
            yield from _texts_in(getattr(report, field.name))


def _texts_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - any field of the report
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts_in(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in _OURS:
                yield from _texts_in(getattr(value, field.name))

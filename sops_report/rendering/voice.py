"""A report's words in one language and one zone: what every renderer asks for the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from sops_report.rendering.folding import Fold
from sops_report.rendering.visible import line
from sops_report.report.findings import AdviceLine, Operation, Reaction
from sops_report.report.model import Node, NodeRef, Report, Section
from sops_report.states import GROUPS
from sops_report.words import Language, has_words, lengths, say

_HOUR: Final = 3600
_DAY: Final = 86400
_LONGEST_TASK: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Says things about one report.

    Attributes:
        report: What is rendered.
        language: Of all words.
        zone: Of all moments.
    """

    report: Report
    language: Language
    zone: tzinfo

    def say(self, key: str, /, **values: object) -> str:
        """Return the words of *key*."""
        return say(key, self.language, **values)

    def either(self, group: str, word: str | None) -> str:
        """Return the words of ``group.word``; a word nobody knows stays as it is."""
        if word is None:
            return self.say("report.unknown")
        key = f"{group}.{word}"
        return self.say(key) if has_words(key) else line(word, 60)

    def length(self, seconds: float | None) -> str:
        """Return a length of time."""
        return lengths.duration(seconds, self.language)

    def measured(self, seconds: float | None) -> str:
        """Return how long one node or section took."""
        return lengths.measured(seconds, self.language)

    def rough(self, seconds: float) -> str:
        """Return a length of time without its smallest unit, where it is long."""
        if not _HOUR <= seconds < _DAY:
            return self.length(seconds)
        hours, minutes = divmod(int(seconds) // 60, 60)
        return self.say("page.rough", h=hours, m=minutes)

    def folded(self, fold: Fold) -> str:
        """Return how many nodes a row stands for, and how long they took together."""
        n, length = lengths.number(fold.n), self.length(fold.seconds)
        if fold.n == 1:
            key = "page.folded.one_long" if fold.seconds else "page.folded.one"
            return self.say(key, length=length)
        return self.say("page.folded" if fold.seconds else "report.folded", n=n, length=length)

    def moment(self, when: datetime | None) -> str:
        """Return a date and time in the report's zone."""
        return lengths.moment(when, self.zone, self.language)

    def since_start(self, when: datetime | None) -> float | None:
        """Return the seconds from the task's start to *when*."""
        start = self.report.task.start_time
        return None if when is None or start is None else (when - start).total_seconds()

    def offset(self, when: datetime | None) -> str:
        """Return ``T+…`` of a moment."""
        return lengths.offset(self.since_start(when))

    def zone_name(self) -> str:
        """Return the zone as its offset at the task's time; ``UTC`` if that is what it is."""
        sample = self.report.task.start_time or self.report.task.as_of
        name = str(self.zone)
        if sample is None:
            return name
        offset = f"UTC{sample.astimezone(self.zone):%z}"
        return name if name.startswith("UTC") else f"{name} ({offset})"

    def label(self, node: Node) -> str:
        """Return a node's readable name as one line: as sent, else its kind in our words."""
        if node.named or node.kind == "root":
            return line(node.label) if node.named else self.task_name()
        return self.either("kind", node.kind)

    def label_at(self, position: int) -> str:
        """Return the readable name of the node at *position*."""
        return self.label(self.report.nodes[position])

    def labels(self, positions: Sequence[int], most: int = 3) -> str:
        """Return the names of some nodes, the first *most* and a count."""
        named = [self.label_at(position) for position in positions[:most]]
        if len(positions) > most:
            named.append(self.say("report.more_labels", n=len(positions) - most))
        return self.say("report.list_comma").join(named)

    def task_name(self) -> str:
        """Return the task's name as one line."""
        name = self.report.task.name
        return line(name) if name else self.say("report.unnamed_task")

    def task_line(self) -> str:
        """Return name and number of the task."""
        task_id = self.report.task.task_id
        if task_id is None:
            return self.task_name()
        named = self.say("report.task_named", task_id=line(task_id))
        return f"{named} · {self.task_name()}" if self.report.task.name else named

    def outcome(self) -> str:
        """Return the verdict's word."""
        return self.either("outcome", self.report.verdict.outcome)

    def as_of(self) -> str:
        """Return the moment the report speaks of, or that there is none."""
        when = self.report.task.as_of
        if when is None:
            return self.say("report.no_as_of")
        return self.say("report.as_of", moment=self.moment(when))

    def sentence(self, limit: int = 1000) -> str:
        """Return the verdict's sentence as one line."""
        return line(self.report.verdict.sentence[self.language], limit)

    def idle(self) -> str:
        """Return how long the task has stood still since.

        Empty where it has not, or where the verdict's sentence tells it already.
        """
        key = f"report.idle.{self.report.verdict.outcome}"
        length = self.length(self.report.task.idle_s)
        if not self.report.task.idle_s or not has_words(key) or length in self.sentence():
            return ""
        return self.say(key, length=length)

    def counts(self) -> str:
        """Return how many nodes there are and what became of the leaves."""
        counts = self.report.counts
        found = [
            self.say("report.count", n=lengths.number(n), word=self._group(group).lower())
            for group in GROUPS
            if (n := counts.by_state_group.get(group, 0))
        ]
        return self.say(
            "report.counts",
            nodes=lengths.number(counts.nodes),
            leaves=lengths.number(counts.leaves),
            groups=self.say("report.list_comma").join(found) or "–",
        )

    def _group(self, group: str) -> str:
        return self.either("group", group)

    def touched(self) -> str:
        """Return how many nodes were retried, skipped and ignored; empty if none was."""
        counts = self.report.counts
        touched = {
            "retried": counts.retried, "skipped": counts.skipped, "ignored": counts.ignored,
        }  # fmt: skip
        told = [self.say(f"report.n_{key}", n=lengths.number(n)) for key, n in touched.items() if n]
        if not told:
            return ""
        return self.say("report.touched", parts=self.say("report.list_comma").join(told))

    def numbers(self) -> str:
        """Return `counts` and `touched` as one text."""
        gap = self.say("report.sentence_gap")
        return gap.join(filter(None, (self.counts(), self.touched())))

    def steps(self) -> str:
        """Return how many steps are done, where more were to come; empty otherwise."""
        standing = self.report.standing
        if standing is None or standing.steps_expected in {None, standing.steps_done}:
            return ""
        key = "page.steps.at_most" if standing.is_upper_bound else "page.steps"
        return self.say(key, done=standing.steps_done, all=standing.steps_expected)

    def next_step(self) -> str:
        """Return what to do first, where something stands still until somebody acts."""
        advice = self._most_urgent()
        if advice is None:
            return ""
        step = line(advice.next_step[self.language], 300)
        label = self.labels(advice.positions)
        if not label or label in step:
            return self.say("page.next", step=step)
        return self.say("page.next_for", label=label, step=step)

    def _most_urgent(self) -> AdviceLine | None:
        """Return the advice for the failure that the verdict tells, else the first urgent one."""
        urgent = [advice for advice in self.report.advice if advice.is_urgent]
        told = {failure.position for failure in self.report.failures[:1]}
        return next(
            (advice for advice in urgent if told & {*advice.positions}), next(iter(urgent), None)
        )

    def state(self, node: Node) -> str:
        """Return the state's word; the skip and the ignored error count as states here."""
        if node.skip:
            return self.say("class.skipped")
        if node.error_ignored:
            return self.say("term.ignored")
        return self.either("state", node.state)

    def letter(self, node: Node) -> str:
        """Return the state's letter, which stands beside the colour."""
        return self.say(f"letter.{tone(node)}")

    def tone_word(self, name: str) -> str:
        """Return the words of a colour."""
        special = {"skipped": "class.skipped", "ignored": "term.ignored"}
        return self.say(special.get(name, f"group.{name}"))

    def marks(self, node: Node) -> list[str]:
        """Return what is remarkable about a node, in words."""
        found = [
            ("root_cause", node.is_root_cause), ("echo", node.is_echo), ("skipped", node.skip),
            ("ignored", node.error_ignored), ("critical", node.on_critical_path),
        ]  # fmt: skip
        said = [self.say(f"report.mark.{key}") for key, holds in found if holds]
        if node.retry:
            said.append(self.say("report.mark.retried", n=node.retry))
        if node.loop is not None and node.loop > 1:
            said.append(self.say("report.mark.loop", n=node.loop))
        task = self.report.seams.get(node.position)
        if task is not None:
            said.append(self.say("report.mark.task", task=line(task, _LONGEST_TASK)))
        return said

    def section(self, section: Section) -> str:
        """Return what a section of the path is: a node, or the gap before one."""
        label = self.label_at(section.position)
        return self.say("report.before", label=label) if section.is_gap else label

    def section_class(self, section_class: str) -> str:
        """Return the words of a class of section."""
        return self.either("class", section_class)

    def order(self) -> str:
        """Return where the order of the nodes is known from."""
        return self.say(f"report.order.{self.report.order_source}")

    def reference(self, ref: NodeRef) -> str:
        """Return what is known of a retried, skipped or ignored node beside its path."""
        known = []
        if ref.times > 1:
            known.append(self.say("report.times", n=ref.times))
        if ref.true_failed_at is not None:
            when = self.moment(ref.true_failed_at)
            known.append(self.say("report.really_failed_at", moment=when))
        return self.say("report.comma").join(known)

    def operated(self, operation: Operation) -> str:
        """Return what an operation was done to."""
        if operation.position is not None:
            return self.label_at(operation.position)
        key = "whole_task" if operation.node_id is None else "elsewhere"
        return self.say(f"operations.{key}")

    def operation(self, done: Operation) -> str:
        """Return what was done; a word nobody knows stays as it is."""
        key = f"operation.{done.what}"
        return self.say(key) if has_words(key) else line(done.what, 60)

    def operator(self, operation: Operation) -> str:
        """Return who did something, and by which way."""
        who = self.person(operation)
        if not operation.source:
            return who
        return f"{who} · {self.either('operation.source', operation.source)}"

    def person(self, doing: Operation | Reaction) -> str:
        """Return who did something: a name where names were asked for, else a number."""
        if doing.name:
            return line(doing.name, 60)
        if doing.person is None:
            return self.say("operations.nobody")
        return self.say("operations.person", n=doing.person)

    def evidence(self) -> str:
        """Return what the numbers were read from."""
        origin = self.report.provenance
        known = [self.say("report.evidence.answer")]
        if origin.has_flow:
            known.append(self.say("report.evidence.flow"))
        if origin.has_histories:
            known.append(self.say("report.evidence.histories"))
        if origin.has_operations:
            known.append(self.say("report.evidence.operations"))
        if origin.n_earlier:
            known.append(self.say("report.evidence.earlier", n=origin.n_earlier))
        return self.say("report.list_comma").join(known)

    def provenance(self) -> list[tuple[str, str]]:
        """Return the facts about the source as pairs of words; what is unknown is left out."""
        task, origin = self.report.task, self.report.provenance
        as_of_source = task.as_of_source
        facts = [
            ("source", origin.source),
            ("sha256", origin.sha256),
            ("bytes", None if origin.n_bytes is None else lengths.size(origin.n_bytes)),
            ("fetched_at", self.moment(origin.fetched_at) if origin.fetched_at else None),
            ("as_of_label", self._as_of_with_source() if as_of_source else None),
            ("task_id", task.task_id), ("root_id", task.root_id), ("site", task.site),
            ("biz", task.biz), ("scope", task.scope), ("engine", task.engine),
            ("order", self.order()), ("evidence", self.evidence()),
            ("zone_label", self.zone_name()), ("redactions", self.redactions()),
            ("tool", f"sops_report {origin.tool_version}"),
            ("command", origin.command),
            ("generated_at", self.moment(origin.generated_at) if origin.generated_at else None),
        ]  # fmt: skip
        return [(self.say(f"report.{key}"), line(text, 300)) for key, text in facts if text]

    def redactions(self) -> str:
        """Return how much was masked by which rule; empty if nothing was."""
        found = self.report.redactions.items()
        return self.say("report.list_comma").join(
            self.say("redaction.count", rule=self.either("redaction.rule", rule), n=n)
            for rule, n in found
        )

    def _as_of_with_source(self) -> str:
        source = self.either("report.as_of", self.report.task.as_of_source)
        return f"{self.moment(self.report.task.as_of)} · {source}"


def tone(node: Node) -> str:
    """Return which colour a node has: its state group, or ``skipped`` or ``ignored``."""
    if node.skip:
        return "skipped"
    return "ignored" if node.error_ignored else node.state_group

"""Consistent pseudonyms: the same name, host or id is the same ``node-1`` everywhere.

Names are exchanged in what was read, not in the finished report: so every sentence, path and
note that is made of them agrees, whatever language it is said in.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Final

from sops_report.errors import InputError
from sops_report.masking.rules import IPV4, compiled, is_ipv4
from sops_report.reading.decode import unpack
from sops_report.reading.identity import is_class_name
from sops_report.redaction.answer import text_of
from sops_report.redaction.tokens import Place, replace_texts
from sops_report.snapshot import Snapshot
from sops_report.sources.page import Page, page_of, snapshot_of

_NAMED: Final = frozenset({"name", "instance_name", "template_name", "project_name"})
_PEOPLE: Final = frozenset({"operator", "executor", "creator", "creator_name", "editor"})
_IDS: Final = frozenset({
    "id", "node_id", "parent_id", "root_id", "root_id:", "template_node_id", "source", "target",
    "incoming", "outgoing", "task_id", "instance_id", "auto_retry_nodes", "version",
})  # fmt: skip
# Objects whose keys are nothing but nodes' ids, and those whose keys may be.
_BY_ID: Final = frozenset({"children", "activities", "gateways"})
_HOLDERS: Final = frozenset({"flows", "ex_data", "failed_node_info", "auto_retry_infos", ""})
_REFUSALS: Final = frozenset({"schema", "call", "kind", "key", "api"})
_REMARKS: Final = frozenset({"code"})
_ENGINE_ID: Final = re.compile(r"\b(?:n[0-9a-f]{31}|[0-9a-f]{32}|node[0-9a-f]{28,32})\b")
_EMAIL: Final = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_HOST: Final = re.compile(
    r"(?<=://)[^\s/?#\"'<>\\]{1,200}|(?<![\w.-])(?:[\w-]{1,63}\.){2,8}[a-z]{2,24}(?![\w.])"
)
_TASK: Final = re.compile(r"(?<=[?&]instance_id=)\d{1,18}\b")  # in the address of a task's page
# Long enough to be a task's: shorter ones are counts more often.
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9_.])[0-9]{4,18}(?![A-Za-z0-9_]|\.[0-9])")
_SHORTEST_NAME: Final = 2
_SHORTEST_ID: Final = 32
# What is no free text: a step called "01" or "FINISHED" must not change any time or state.
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: ?[+-]\d\d:?\d\d|Z)?"
)
_CODED: Final = frozenset({"state", "type"})
_SOURCE: Final = "–"


@dataclass(slots=True)
class Pseudonyms:
    """Hands out pseudonyms in order of appearance; ask twice, get the same.

    Attributes:
        given: By kind, by name.
        sizes: By their first characters, how long the nodes' names are, the longest first: so a
            text is not searched for each of them.
        firsts: The first character of each of these.
        tasks: Numbers of tasks, which free text may tell.
    """

    given: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    sizes: dict[str, list[int]] = field(default_factory=dict)
    firsts: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)

    def of(self, kind: str, name: str) -> str:
        """Return the pseudonym of *name*.

        Example:
            >>> them = Pseudonyms()
            >>> them.of("host", "10.0.0.1"), them.of("host", "b"), them.of("host", "10.0.0.1")
            ('host-1', 'host-2', 'host-1')
        """
        known = self.given[kind]
        shown = known.get(name)
        if shown is None:
            shown = known[name] = f"{kind}-{len(known) + 1}"
            if kind == "node" and len(name) >= _SHORTEST_NAME:
                self._note(name)
        return shown

    def _note(self, name: str) -> None:
        self.firsts.add(name[0])
        sizes = self.sizes.setdefault(name[:_SHORTEST_NAME], [])
        if len(name) not in sizes:
            sizes.append(len(name))
            sizes.sort(reverse=True)

    def in_text(self, text: str) -> str:
        """Return free text with ids, people, hosts and the names known so far exchanged."""
        if len(text) >= _SHORTEST_ID:
            text = _ENGINE_ID.sub(lambda found: self.of("id", found[0]), text)
        if "instance_id=" in text:
            text = _TASK.sub(lambda found: self.of("id", found[0]), text)
        if self.tasks:
            text = _NUMBER.sub(lambda f: self.of("id", f[0]) if f[0] in self.tasks else f[0], text)
        if "@" in text:
            text = _EMAIL.sub(lambda found: self.of("user", found[0]), text)
        if "." in text:
            text = compiled(IPV4).sub(
                lambda f: self.of("host", f[0]) if is_ipv4(f[0]) else f[0], text
            )
        if "." in text or "://" in text:
            text = _HOST.sub(lambda found: self._host(found[0]), text)
        return text if self.firsts.isdisjoint(text) else self._with_nodes(text)

    def _with_nodes(self, text: str) -> str:
        """Return a text with the names of nodes exchanged, the longest where several begin."""
        known = self.given["node"]
        pieces: list[str] = []
        at = reached = 0
        while at < len(text):
            sizes = self.sizes.get(text[at : at + _SHORTEST_NAME], ())
            name = next((name for n in sizes if (name := text[at : at + n]) in known), "")
            if name:
                pieces += text[reached:at], known[name]
                reached = at + len(name)
            at += len(name) or 1
        return "".join([*pieces, text[reached:]])

    def _host(self, name: str) -> str:
        host, colon, port = name.rpartition("@")[2].partition(":")
        shown = host if host.startswith("host-") else self.of("host", host)
        return f"{shown}{colon}{port}"


def anonymise(snapshot: Snapshot) -> Snapshot:
    """Return *snapshot* with pseudonyms for names, hosts, people and ids.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        The same run under other names; times, states and structure stay.

    Raises:
        InputError: The raw answer is not at hand, or that of a child task that was joined to it.
    """
    page = page_of(snapshot)
    if page is None:
        raise InputError("no-raw-answer", source=snapshot.origin.source)
    return snapshot_of(anonymised(page, Pseudonyms()), _SOURCE)


def anonymised(page: Page, names: Pseudonyms) -> Page:
    """Return everything a report is made from under pseudonyms, the same in parent and children."""
    for part in (page, *(page.children or ())):
        names.tasks |= {*part.child_tasks.values(), *filter(None, [part.task_id])}
        for data in (part.answer, *(item.data for item in part.earlier), part.flow or b"{}"):
            _learn(data, names)
    exchanged = _exchanged_page(page, names)
    children = page.children and tuple(_exchanged_page(child, names) for child in page.children)
    return replace(exchanged, children=children)


def _exchanged_page(page: Page, names: Pseudonyms) -> Page:
    return replace(
        page,
        answer=_exchanged(page.answer, names),
        earlier=tuple(replace(item, data=_exchanged(item.data, names)) for item in page.earlier),
        flow=None if page.flow is None else _exchanged(page.flow, names),
        histories=None if page.histories is None else _exchanged(page.histories, names),
        operations=None if page.operations is None else _exchanged(page.operations, names),
        logs=None if page.logs is None else _exchanged(page.logs, names),
        refusals=None if page.refusals is None else _exchanged(page.refusals, names, _REFUSALS),
        remarks=None if page.remarks is None else _exchanged(page.remarks, names, _REMARKS),
        child_tasks={
            names.of("id", node): names.of("id", task) for node, task in page.child_tasks.items()
        },
        task_id=None if page.task_id is None else names.of("id", page.task_id),
        task=None if page.task is None else names.of("id", page.task),
        site=None if page.site is None else names.of("host", page.site),
        biz=None if page.biz is None else names.of("biz", page.biz),
    )


def anonymise_answer(data: bytes, source: str = "–", names: Pseudonyms | None = None) -> bytes:
    """Return a raw answer under pseudonyms, its structure untouched.

    Args:
        data: JSON or JSON Lines, possibly packed.
        source: Its name, for errors.
        names: Pseudonyms given before, to stay consistent over several answers.

    Raises:
        InputError: The packed data is damaged.
    """
    known = names or Pseudonyms()
    plain = unpack(data, source)
    _learn(plain, known)
    return _exchanged(plain, known)


def _learn(data: bytes, names: Pseudonyms) -> None:
    """Give every name its pseudonym first: a text may speak of a node that comes later."""

    def look(text: str, place: Place) -> str:
        is_name = not place.is_key and place.key in _NAMED and not _is_nothing(text, place)
        if is_name and not is_class_name(text):
            names.of("node", text)
        return text

    replace_texts(text_of(data), look)


def _exchanged(data: bytes, names: Pseudonyms, ours: frozenset[str] = frozenset()) -> bytes:
    """Return a document under pseudonyms; the values of the keys *ours* are words of our own."""

    def change(text: str, place: Place) -> str:
        if place.is_key:
            return _key(text, place, names)
        if place.key in ours or _is_nothing(text, place):
            return text
        if place.key in _IDS:
            return names.of("id", text)
        if place.key in _NAMED:
            return text if is_class_name(text) else names.of("node", text)
        if place.key in _PEOPLE:
            return names.of("user", text)
        return text if _is_structure(text, place) else names.in_text(text)

    return replace_texts(text_of(data), change).encode("utf-8", "surrogatepass")


def _is_nothing(text: str, place: Place) -> bool:
    return not text.strip() or (place.is_bare and text in ("null", "true", "false"))


def _is_structure(text: str, place: Place) -> bool:
    is_word = place.key in _CODED and text.isascii() and text.isidentifier()
    return place.is_bare or is_word or _MOMENT.fullmatch(text) is not None


def _key(text: str, place: Place, names: Pseudonyms) -> str:
    if place.holder in _BY_ID:
        return names.of("id", text)
    is_id = text in names.given["id"] or (
        len(text) >= _SHORTEST_ID and _ENGINE_ID.fullmatch(text) is not None
    )
    return names.of("id", text) if is_id and place.holder in _HOLDERS | {text} else text

"""Raw answers: cleaned with their structure kept, exchanged for pseudonyms, and the command."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from growth import assert_linear
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sops_report.cli import checking, redacting
from sops_report.cli.chrome import Group
from sops_report.errors import InputError, UsageError
from sops_report.masking.rules import ADDRESSES, BUILT_IN, MASK
from sops_report.masking.text import redact_text
from sops_report.redaction.answer import redact_answer
from sops_report.redaction.own import own_rules
from sops_report.redaction.pseudonyms import Pseudonyms, anonymise, anonymise_answer
from sops_report.redaction.tokens import Place, replace_texts, texts_in
from sops_report.rendering import render
from sops_report.report.build import build_report
from sops_report.sources import read
from sops_report.words import Language

S = "hunter2secret"


def answer(**more: object) -> bytes:
    child = {"id": "n" + "1" * 31, "name": f"登录 password={S}", "state": "FAILED", "children": {}}
    root = {
        "id": "n" + "0" * 31, "name": "任务", "state": "FAILED", "children": {child["id"]: child},
        "start_time": "2020-08-18 11:31:08 +0800", "elapsed_time": 9,
        "ex_data": {child["id"]: f"Authorization: Bearer {S} from 10.0.3.17"}, **more,
    }  # fmt: skip
    return json.dumps({"result": True, "data": root}, ensure_ascii=False, indent=1).encode()


def shape(value: object) -> object:
    """Return a value's structure without its texts."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def test_a_cleaned_answer_keeps_structure_and_ids() -> None:
    cleaned, found = redact_answer(answer())
    assert S.encode() not in cleaned
    assert shape(json.loads(cleaned)) == shape(json.loads(answer()))
    assert {finding.rule for finding in found} == {"secret", "header"}
    assert all(S not in finding.shown for finding in found)
    assert any(finding.place.endswith("name") for finding in found)


@pytest.mark.parametrize(
    "pair",
    [
        {"key": "db_password", "value": S}, {"value": S, "name": "api_token", "category": 1},
        {"name": "密码", "value": {"deep": [S, 7]}}, {"key": "${my_secret}", "value": [[S]]},
    ],
)  # fmt: skip
def test_a_value_beside_the_name_of_a_secret_is_masked_whole(pair: dict[str, object]) -> None:
    other = {"key": "plain", "value": "kept"}
    cleaned, found = redact_answer(json.dumps({"data": [other, pair]}, ensure_ascii=False).encode())
    assert S.encode() not in cleaned
    assert json.loads(cleaned)["data"][0] == other
    assert {finding.rule for finding in found} == {"secret"}
    assert redact_answer(cleaned)[0] == cleaned


@pytest.mark.parametrize("value", ["abc", 12345, {"value": "abc", "x": 1}])
def test_a_value_under_the_name_of_a_secret_is_masked_whole(value: object) -> None:
    cleaned, found = redact_answer(answer(db_password=value, empty_password="", no_token=None))
    assert found[-1].place == "data.db_password" + (".value" if isinstance(value, dict) else "")
    data = json.loads(cleaned)["data"]
    shown = data["db_password"]
    assert shown == ({"value": MASK, "x": 1} if isinstance(value, dict) else MASK)
    assert data["empty_password"] == ""
    assert data["no_token"] is None


def test_harmless_answers_stay_byte_for_byte(data: Path) -> None:
    for path in sorted((data / "corpus").glob("*/snapshots/*.json"))[:60]:
        raw = path.read_bytes()
        cleaned, found = redact_answer(raw)
        if not found:
            assert cleaned == raw


def test_a_very_deep_answer_needs_no_recursion() -> None:
    deep = b'{"a":' * 20_000 + f'"password={S}"'.encode() + b"}" * 20_000
    cleaned, found = redact_answer(deep)
    assert S.encode() not in cleaned
    assert "…" in found[0].place


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
))  # fmt: skip
def test_walking_through_a_document_changes_nothing_by_itself(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert replace_texts(text, lambda text, _: text) == text


@given(st.recursive(
    st.integers() | st.text("ab:,{", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3)
    ),
))  # fmt: skip
def test_every_text_is_told_where_it_stands(value: object) -> None:
    told: list[tuple[str, str, str, str]] = []

    def change(text: str, place: Place) -> str:
        if not place.is_key:
            told.append((text, str(place.own), place.key, place.holder))
        return text

    for text in (json.dumps(value), json.dumps(value, indent=2)):
        replace_texts(text, change)
    expected = [*places(value)]
    assert told == expected + expected


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Yield each text of a small value with its own key, the nearest word and the one above."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from places(item, (*path, key))
    else:
        holder, word = (["", ""] + [key for key in path if isinstance(key, str)])[-2:]
        yield str(value), str((path or ("",))[-1]), word, holder


def chain(depth: int) -> bytes:
    """Return an answer whose nodes stand one in the other, the secrets at the bottom."""
    head = "".join(
        f'{{"id": "n{at:031x}", "name": "层 {at}", "state": "FINISHED", "children": {{"c": '
        for at in range(depth)
    )
    bottom = f'{{"name": "password={S}", "outputs": [{{"key": "api_token", "value": [["{S}"]]}}]}}'
    return f'{{"data": {head}{bottom}{"}}" * depth}}}'.encode()


def test_a_deep_chain_is_masked_in_linear_time() -> None:
    answers = {depth: chain(depth) for depth in (256, 4096)}

    def work(depth: int) -> None:
        cleaned, found = redact_answer(answers[depth])
        assert [finding.shown for finding in found] == [f"password={MASK}", MASK]
        assert S.encode() not in cleaned

    assert_linear(work, 4096)


def test_a_deep_chain_gets_its_pseudonyms_in_linear_time() -> None:
    answers = {depth: chain(depth) for depth in (256, 4096)}

    def work(depth: int) -> None:
        assert f"node-{depth}".encode() in anonymise_answer(answers[depth])

    assert_linear(work, 4096)


@given(st.from_regex(
    r"[a-z]?[0-9a-f]{31,32}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?( [+-]\d{4}|Z)",
    fullmatch=True,
))  # fmt: skip
def test_what_is_left_out_of_the_first_look_has_no_secret(text: str) -> None:
    assert texts_in(json.dumps([text, 1], ensure_ascii=False)) <= {"1"}
    assert redact_text(text, (*BUILT_IN, *ADDRESSES)) == (text, {})


def test_patterns_of_ones_own_see_ids_and_moments() -> None:
    raw = json.dumps({"id": "n" + "1" * 31, "start_time": "2020-08-18 11:31:08 +0800"}).encode()
    cleaned, _ = redact_answer(raw, rules=own_rules(["n1{31}", r"11:31:\d\d"]))
    assert json.loads(cleaned) == {"id": MASK, "start_time": f"2020-08-18 {MASK} +0800"}


# pseudonyms


def test_pseudonyms_are_consistent_and_leave_no_name(data: Path) -> None:
    snapshot = read(data / "corpus" / "fail_leaf_nested_siblings")
    before, after = build_report(snapshot), build_report(anonymise(snapshot))
    text = render(after, "json")
    for node in before.nodes:
        assert node.node_id is None or node.node_id not in text
        assert not node.named or len(node.label) < 2 or json.dumps(node.label)[1:-1] not in text
    assert [n.duration_s for n in after.nodes] == [n.duration_s for n in before.nodes]
    assert after.ledger == before.ledger
    assert after.counts == before.counts
    labels = {a.label: b.label for a, b in zip(before.nodes, after.nodes, strict=True) if a.named}
    assert len(set(labels.values())) == len(labels)
    assert after.failures[0].label in after.verdict.sentence[Language.EN]


def test_hosts_people_and_ids_inside_texts_get_pseudonyms() -> None:
    names = Pseudonyms()
    text = names.in_text(
        "ssh root@web-1.example.com at 10.0.0.1 and https://u@job.example.com:80/x"
    )
    assert text == "ssh user-1 at host-1 and https://host-2:80/x"
    assert names.in_text("10.0.0.1") == "host-1"


def test_an_anonymised_answer_keeps_times_and_structure() -> None:
    plain, shown = json.loads(answer()), json.loads(anonymise_answer(answer()))
    assert shown["data"]["start_time"] == plain["data"]["start_time"]
    (child_id, child), = shown["data"]["children"].items()  # fmt: skip
    assert child["id"] == child_id == next(iter(shown["data"]["ex_data"]))
    assert "任务" not in json.dumps(shown, ensure_ascii=False)


def test_what_is_not_at_hand_cannot_be_anonymised() -> None:
    snapshot = read(answer())
    with pytest.raises(InputError, match="not at hand"):
        anonymise(replace(snapshot, origin=replace(snapshot.origin, data=None)))


@pytest.fixture
def run(tmp_path: Path) -> "Runner":
    source = tmp_path / "answer.json"
    source.write_bytes(answer())
    return Runner(source)


class Runner:
    """Runs the command on one file."""

    def __init__(self, source: Path) -> None:
        """Take the file to run on."""
        self.source = source
        self.app = typer.Typer(cls=Group)
        redacting.add_to(self.app)
        checking.add_to(self.app)

    def __call__(self, *words: str, language: Language = Language.EN) -> tuple[str, str]:
        """Return what is written to standard output and error."""
        done = CliRunner().invoke(self.app, ["redact", str(self.source), *words], obj=language)
        if done.exception is not None:
            raise done.exception
        return done.stdout, done.stderr


def test_a_secret_in_a_key_is_not_told_by_the_place() -> None:
    child = {"id": "n1", "state": "FINISHED", "name": f"password={S}"}
    data = json.dumps({"data": {"children": {f"password={S}": child}}}).encode()
    cleaned, found = redact_answer(data)
    assert {one.place for one in found} == {
        "data.children.password=***", "data.children.password=***.name",
    }  # fmt: skip
    assert S.encode() not in cleaned


def test_ten_thousand_names_are_looked_for_at_once() -> None:
    def work(size: int) -> None:
        names = Pseudonyms()
        for at in range(size):
            names.of("node", f"step {at:05d}")
        for at in range(size):
            assert names.in_text(f"step {at:05d} failed") == f"node-{at + 1} failed"

    assert_linear(work, 4096)


@given(st.lists(st.text("ab ", min_size=1, max_size=4), max_size=60), st.text("ab ", max_size=9))
def test_names_are_found_by_either_way(names: list[str], text: str) -> None:
    few, many = Pseudonyms(), Pseudonyms()
    for name in names:
        few.of("node", name)
        many.of("node", name)
    for at in range(200):
        many.of("node", f"{at:04d}")
    assert few.in_text(text) == many.in_text(text)


@pytest.mark.parametrize("name", ["FINISHED", "01", "2020-08", "null", "ServiceActivity"])
def test_a_node_called_like_a_state_or_a_number_changes_neither(name: str) -> None:
    child = {
        "id": "n" + "2" * 31, "name": name, "type": "ServiceActivity", "state": "FINISHED",
        "start_time": "2020-08-18 11:31:01 +0800", "finish_time": "2020-08-18T03:31:01.010Z",
        "retry": 1, "elapsed_time": 2020, "skip": None, "children": {}, "said": f"in {name}, twice",
    }  # fmt: skip
    data = json.dumps({"data": {"name": "x", "children": {child["id"]: child}}}).encode()
    (shown,) = json.loads(anonymise_answer(data))["data"]["children"].values()
    exchanged = {"id": "id-1", "name": "node-2", "said": "in node-2, twice"}
    assert shown == child | exchanged


def test_a_pseudonym_is_not_exchanged_again() -> None:
    names = Pseudonyms()
    for name in ("deploy node", "node", "deploy"):
        names.of("node", name)
    assert names.in_text("deploy node, node, deploy") == "node-1, node-2, node-3"


def test_a_preview_lists_and_writes_nothing(run: Runner, tmp_path: Path) -> None:
    out, told = run("--preview")
    assert "passwords and secrets\tdata.children." in out
    assert "password=***" in out
    assert S not in out + told
    assert "masked: " in told
    assert [path.name for path in tmp_path.iterdir()] == ["answer.json"]
    assert "密码与密钥" in run("--preview", language=Language.ZH)[0]


def test_a_cleaned_copy_is_written_and_can_be_read(run: Runner, tmp_path: Path) -> None:
    target = tmp_path / "clean.json"
    out, _ = run("-o", str(target), "--ips", "--anonymise")
    assert out.strip() == str(target)
    text = target.read_text("utf-8")
    assert S not in text
    assert "10.0.3.17" not in text
    assert "登录" not in text
    assert len(read(target).tree) == 2
    with pytest.raises(UsageError):
        run("-o", str(target))


def test_the_cleaned_copy_goes_to_standard_output(run: Runner) -> None:
    out, _ = run("-o", "-", "--redact-pattern", "任务")
    assert json.loads(out)["data"]["name"] == MASK


def test_saying_nothing_is_an_error(run: Runner) -> None:
    with pytest.raises(UsageError):
        run()

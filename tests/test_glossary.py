"""Every word we use has a name and a definition; lengths and moments have one form."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sops_report.states import GROUP_OF, GROUPS
from sops_report.words import CATALOGUE, Language, glossary, has_words, say
from sops_report.words.lengths import display_zone, duration, measured, moment, offset, share

OUTCOMES = [
    "expired",
    "not_started",
    "revoked",
    "failing",
    "failed",
    "running",
    "waiting",
    "finished_with_issues",
    "finished",
    "unknown",
]
CLASSES = [
    "skipped",
    "manual",
    "timer",
    "running",
    "control",
    "work",
    "retry_gap",
    "loop_gap",
    "paused",
    "dispatch",
    "attempt",
    "reaction",
]
KINDS = [
    "root",
    "subprocess",
    "activity",
    "start_event",
    "end_event",
    "exclusive_gateway",
    "parallel_gateway",
    "conditional_parallel_gateway",
    "converge_gateway",
    "control",
    "unknown",
]
COLUMNS = [
    "node_id",
    "parent_id",
    "depth",
    "position",
    "n_descendants",
    "path",
    "name",
    "label",
    "kind",
    "kind_source",
    "state",
    "state_group",
    "start_time",
    "finish_time",
    "finish_is_valid",
    "elapsed_s",
    "retry",
    "loop",
    "skip",
    "error_ignored",
    "version",
    "state_refresh_at",
    "is_leaf",
    "ex_data",
    "duration_s",
    "self_s",
    "is_root_cause",
    "on_critical_path",
    "slack_s",
    "drag_s",
    "wait_before_s",
]
TERMS = [
    "wall_time",
    "idle",
    "as_of",
    "critical_path",
    "slack",
    "drag",
    "self_time",
    "echo",
    "root_cause",
    "signature",
    "section",
    "ledger",
    "attempt",
    "leaf",
    "container",
    "snapshot",
    "task_id",
    "certain",
    "co_critical",
    "retried",
    "ignored",
    "operation_record",
    "node_log",
]
WORDS = [
    *(("state", word) for word in GROUP_OF),
    *(("group", word) for word in GROUPS),
    *(("outcome", word) for word in OUTCOMES),
    *(("class", word) for word in CLASSES),
    *(("kind", word) for word in KINDS),
    *(("column", word) for word in COLUMNS),
    *(("term", word) for word in TERMS),
]


@pytest.mark.parametrize(("group", "word"), WORDS)
def test_every_word_has_a_name_and_a_definition(group: str, word: str) -> None:
    for language in Language:
        assert say(f"{group}.{word}", language)
        assert say(f"explain.{word}", language)


def test_the_glossary_holds_nothing_else() -> None:
    names = {key for key in glossary.WORDS if not key.startswith("explain.")}
    assert names == {f"{group}.{word}" for group, word in WORDS}
    assert {group for group, _ in WORDS} == set(glossary.GROUPS)
    explained = {key.removeprefix("explain.") for key in glossary.WORDS if key not in names}
    assert explained == {word for _, word in WORDS}


def test_definitions_are_sentences() -> None:
    for key in (key for key in CATALOGUE if key.startswith("explain.")):
        english, chinese = CATALOGUE[key]
        assert english.endswith("."), key
        assert chinese.endswith("。"), key
        assert not english.endswith(".."), key


def test_an_unknown_word_has_no_words() -> None:
    assert not has_words("state.NO_SUCH_STATE")


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (None, "–", "–"),
        (0, "0 s", "0 秒"),
        (0.2, "<1 s", "<1 秒"),
        (59.4, "59 s", "59 秒"),
        (59.6, "1 m 00 s", "1 分 00 秒"),
        (3599, "59 m 59 s", "59 分 59 秒"),
        (3600, "1 h 00 m 00 s", "1 小时 00 分 00 秒"),
        (55035, "15 h 17 m 15 s", "15 小时 17 分 15 秒"),
        (86400, "1 d 00 h", "1 天 00 小时"),
        (3 * 86400 + 4 * 3600 + 59, "3 d 04 h", "3 天 04 小时"),
        (-65, "-1 m 05 s", "-1 分 05 秒"),
    ],
)
def test_lengths_in_words(seconds: float | None, english: str, chinese: str) -> None:
    assert duration(seconds, Language.EN) == english
    assert duration(seconds, Language.ZH) == chinese


def test_a_node_of_no_length_took_less_than_the_clock_can_tell() -> None:
    assert measured(0, Language.EN) == "<1 s"
    assert measured(None, Language.EN) == "–"


@given(st.integers(0, 86399))
def test_below_a_day_a_length_can_be_read_back(seconds: int) -> None:
    factors = {"h": 3600, "m": 60, "s": 1}
    pieces = duration(seconds, Language.EN).split()
    numbers = zip(pieces[::2], pieces[1::2], strict=True)
    assert sum(int(n) * factors[unit] for n, unit in numbers) == seconds


@given(st.integers(-(10**9), 10**9))
def test_an_offset_never_wraps(seconds: int) -> None:
    text = offset(seconds)
    hours, minutes, rest = text[2:].split(":")
    total = int(hours) * 3600 + int(minutes) * 60 + int(rest)
    assert total * (-1 if text[1] == "-" else 1) == seconds


def test_moments_name_their_offset() -> None:
    when = datetime(2020, 8, 18, 3, 31, 8, 900000, tzinfo=UTC)
    assert moment(when, timezone(timedelta(hours=-3, minutes=-30)), Language.EN) == (
        "2020-08-18 00:01:08 -0330"
    )
    assert moment(when, UTC, Language.ZH) == "2020-08-18 03:31:08 +0000"
    assert moment(None, UTC, Language.ZH) == "未知"


def test_the_zone_is_given_else_the_snapshots_else_utc() -> None:
    assert display_zone(480, UTC) is UTC
    assert display_zone(None) is UTC
    assert display_zone(480).utcoffset(None) == timedelta(hours=8)


@given(st.floats(0.001, 1e9), st.floats(0, 1))
def test_a_share_is_never_nothing(whole: float, part: float) -> None:
    text = share(part * whole, whole)
    assert text.endswith(" %")
    assert (text == "0.0 %") == (part * whole == 0)

"""Times and texts as sent."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from builders import START_US, moment, node, snapshot
from growth import assert_linear
from hypothesis import given
from hypothesis import strategies as st

from sops_report.reading.texts import brief, links, plain, scrub
from sops_report.reading.times import TimeReader

ONE = (
    int(datetime(2024, 6, 18, 21, 30, 1, tzinfo=timezone(timedelta(hours=8))).timestamp())
    * 1_000_000
)


@pytest.mark.parametrize(
    ("text", "us", "offset"),
    [
        ("2024-06-18 21:30:01 +0800", ONE, 480),
        ("2024-06-18T21:30:01+08:00", ONE, 480),
        ("2024-06-18 13:30:01 +0000", ONE, 0),
        ("2024-06-18T13:30:01Z", ONE, None),
        ("2024-06-18T13:30:01.250Z", ONE + 250_000, None),
        ("2024-06-18 13:30:01,123456789Z", ONE + 123_456, None),
        ("2024-06-18 08:00:01 -0530", ONE, -330),
        ("  2024-06-18 21:30:01 +0800 ", ONE, 480),
    ],
)
def test_a_moment_is_the_same_in_every_form(text: str, us: int, offset: int | None) -> None:
    found = TimeReader().read(text)
    assert (found.us, found.offset_minutes, found.odd) == (us, offset, None)


@pytest.mark.parametrize(
    ("value", "us", "odd"),
    [
        ("2024-06-18 21:30:01", ONE, "time-no-zone"),
        (ONE // 1_000_000, ONE, "time-epoch"),
        (ONE // 1_000, ONE, "time-epoch"),
        (str(ONE // 1_000_000), ONE, "time-epoch"),
        ("2024-06-18 21:30:01 CST", None, "time-unreadable"),
        ("2024-02-30 21:30:01 +0800", None, "time-unreadable"),
        ("2024-06-18 24:00:00 +0800", None, "time-unreadable"),
        ("0000-00-00 00:00:00 +0800", None, "time-unreadable"),
        ("2024-06-18 21:30:01 +9900", None, "time-unreadable"),
        ("9999-12-31 23:59:59 +0800", None, "time-range"),
        ("0001-01-01 00:00:00 +0800", None, "time-range"),
        (True, None, "time-unreadable"),
        ([1], None, "time-unreadable"),
        (10**400, None, "time-unreadable"),
        (None, None, None),
        ("", None, None),
    ],
)
def test_an_odd_value_is_noted_and_never_guessed(
    value: object, us: int | None, odd: str | None
) -> None:
    found = TimeReader(assume_minutes=480).read(value)
    assert (found.us, found.odd) == (us, odd)


_TEXTS = st.datetimes(datetime(1980, 1, 1), datetime(2210, 1, 1)).flatmap(  # noqa: DTZ001 - zones follow
    lambda t: st.sampled_from(
        [
            t.strftime("%Y-%m-%d %H:%M:%S +0800"),
            t.strftime("%Y-%m-%d %H:%M:%S -0330"),
            t.strftime("%Y-%m-%d %H:%M:%S.%fZ"),
            t.strftime("%Y-%m-%d %H:%M:%S"),
            t.strftime("%Y-02-30 %H:%M:%S +0800"),
        ]
    )
)


@given(st.lists(_TEXTS | st.none() | st.just("") | st.integers(0, 2**40), max_size=30))
def test_a_column_reads_each_value_as_if_it_stood_alone(values: list[object]) -> None:
    odd: list[tuple[int, str]] = []
    column = TimeReader().column(values, lambda position, code, _: odd.append((position, code)))
    alone = [TimeReader().read(value) for value in values]
    assert column == [one.us for one in alone]
    assert odd == [(place, one.odd) for place, one in enumerate(alone) if one.odd is not None]


def test_parts_of_refused_times_teach_nothing() -> None:
    reader = TimeReader()
    times = ["9999-06-18 21:30:01 +0800", "2024-06-18 21:30:01 +0800", "9999-06-18 21:30:01 +0800"]
    codes: list[str] = []
    assert reader.column(times, lambda *found: codes.append(found[1])) == [None, ONE, None]
    assert codes == ["time-range"] * 2


def test_summer_time_and_new_year_are_only_offsets() -> None:
    # 02:59:59 +0200 is followed by 02:00:00 +0100 when the clocks go back.
    reader = TimeReader()
    before, after = (
        reader.read(f"2024-10-27 {t}").us for t in ("02:59:59 +0200", "02:00:00 +0100")
    )
    assert before is not None
    assert after == before + 1_000_000
    last, first = (
        reader.read(t).us for t in ("2023-12-31 23:59:59 +0800", "2024-01-01 00:00:00 +0800")
    )
    assert last is not None
    assert first == last + 1_000_000


def test_a_time_without_a_zone_takes_the_offset_of_the_others() -> None:
    naive = (moment(4) or "").removesuffix(" +0800")
    found = snapshot(node("go", 0, 9, node("a", 2, 9, start_time=naive)))
    assert found.offset_minutes == 480
    assert found.tree.start_us[1] == START_US + 4_000_000
    assert [note.code for note in found.notes] == ["time-no-zone"]


# Texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ("\n\n", None),
        ("a < b && c > d", "a < b && c > d"),
        ('File "<stdin>", line 1', 'File "<stdin>", line 1'),
        ("<b>a</b> &lt; <i>b</i>", "a < b"),
        ("x &lt; y", "x &lt; y"),
        ("a<br>b<p>c</p>", "a\nb\nc"),
        (
            "<a href='https://x.example/?a=1&amp;b=2' target=_blank>log</a>",
            "log <https://x.example/?a=1&b=2>",
        ),
        ('<a href="javascript:alert(1)">log</a>', "log"),
        ("</a>lone", "lone"),
        ("<script>alert(1)</script>", "[alert(1)]"),
        ("<b>x</b><!-- hidden -->y", "xy"),
        ("<b>x</b><!-- never closed <b>", "x<!-- never closed <b>"),
        ({"exception_msg": "<b>no</b>", "task_inst_id": 5, "show_ip_log": True}, "no"),
        ({"exception_msg": "no", "code": 5}, 'no\n{"code": 5}'),
        (["10.0.0.1"], '["10.0.0.1"]'),
        (0, "0"),
        ("a\ud800", "a\ufffd"),
    ],
)
def test_a_failure_s_value_becomes_plain_text(value: object, text: str | None) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    "bit", ["<!--", "<a ", "<a href='", "</a", "<", "&#", "<script>", "<style"]
)
def test_hostile_markup_costs_linear_time(bit: str) -> None:
    assert_linear(lambda n: plain("<b>x</b>" + bit * (n // len(bit))), 400_000)


@given(st.text())
def test_any_text_becomes_text_that_can_be_written(text: str) -> None:
    (plain(f"<b>{text}</b>") or "").encode()
    scrub(text).encode()
    assert len(brief(text, 5)) <= 6


def test_links_are_found_once_and_in_order() -> None:
    text = "see <https://a.example/x> and http://b.example，https://a.example/x"
    assert links(text) == ("https://a.example/x", "http://b.example")
    assert links(None) == ()
    assert re.fullmatch(r"https?://\S+", links(text)[0])

"""The part people write: nothing typed is lost, what is open is asked, every format shows it."""

from dataclasses import replace
from pathlib import Path

import pytest
import reports
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from sops_report.cli import checking, redacting
from sops_report.cli.chrome import Group
from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.postmortem import parse, refresh
from sops_report.rendering import render
from sops_report.rendering.dialects import DIALECTS
from sops_report.report.postmortem import Action, HumanNote, PostMortem
from sops_report.words import Language

WRITTEN = """\
# my own remark
impact: 32 分钟无法下单
trigger: a wrong port
whys: [端口写错了, 模板没有校验]
contributing_factors:
  - nobody on call   # at night
actions:
  - {what: 校验端口, type: prevent, owner: 平台组, due: 2020-09-01, ticket: https://t.example/1}
  - check alerts
lessons: {well: [rolled back fast], badly: [], luck: it was night}
timeline:
  - {at: 2020-08-18 12:50, text: called the team}
authors: [A, B]
"""


def written() -> PostMortem:
    return parse(WRITTEN, "file.yaml")


def test_what_people_wrote_is_read() -> None:
    assert written() == PostMortem(
        impact="32 分钟无法下单",
        trigger="a wrong port",
        whys=("端口写错了", "模板没有校验"),
        factors=("nobody on call",),
        actions=(
            Action(what="校验端口", category="prevent", owner="平台组", due="2020-09-01",
                   ticket="https://t.example/1"),
            Action(what="check alerts"),
        ),
        well=("rolled back fast",),
        luck=("it was night",),
        timeline=(HumanNote(at="2020-08-18 12:50", text="called the team"),),
        authors=("A", "B"),
        open_questions=("action_owner", "action_due", "action_ticket"),
    )  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("sample", sorted(reports.SAMPLES))
def test_a_new_file_asks_with_the_numbers_of_the_report(
    tmp_path: Path, sample: str, language: Language
) -> None:
    path = tmp_path / "postmortem.yaml"
    found = refresh(path, reports.SAMPLES[sample](), language)
    text = path.read_text("utf-8")
    loaded = YAML(typ="safe", pure=True).load(text)
    assert loaded["machine"]["outcome"] == reports.SAMPLES[sample]().verdict.outcome
    assert loaded["whys"] == [""] * 5
    assert found.open_questions == ("impact", "trigger", "whys", "actions", "lessons")
    if sample == "failed":
        assert ("15 h 17 m 15 s" if language is Language.EN else "15 小时 17 分 15 秒") in text


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    refresh(path, reports.failed(), Language.EN)
    before = path.read_bytes(), path.stat().st_mtime_ns
    refresh(path, reports.failed(), Language.EN)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_the_machine_refreshes_its_own_part_only(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    refresh(path, reports.running(), Language.EN)
    typed = path.read_text("utf-8").replace('impact: ""', 'impact: "typed"  # and remarked')
    path.write_text(typed, "utf-8")
    assert refresh(path, reports.failed(), Language.ZH).impact == "typed"
    text = path.read_text("utf-8")
    assert 'outcome: "failed"' in text
    assert 'outcome: "running"' not in text
    assert 'impact: "typed"  # and remarked' in text


def test_what_was_typed_between_the_lines_is_kept_below(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    refresh(path, reports.running(), Language.EN)
    text = path.read_text("utf-8").replace("machine:\n", "machine:\n  note: mine!\n")
    path.write_text(text, "utf-8")
    refresh(path, reports.failed(), Language.EN)
    assert "#   note: mine!" in path.read_text("utf-8")
    refresh(path, reports.failed(), Language.EN)
    assert path.read_text("utf-8").count("note: mine!") == 1


def test_a_file_without_the_lines_gets_them_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    path.write_text(WRITTEN.rstrip("\n"), "utf-8")
    assert refresh(path, reports.failed(), Language.EN) == written()
    assert path.read_text("utf-8").startswith(WRITTEN)


def test_a_machine_part_that_people_took_over_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    path.write_text("machine: mine\nimpact: x\n", "utf-8")
    refresh(path, reports.failed(), Language.EN)
    assert path.read_text("utf-8") == "machine: mine\nimpact: x\n"


TYPED = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
    min_size=1,
    max_size=30,
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@given(
    impact=TYPED, whys=st.lists(TYPED, max_size=4), remark=TYPED, own_key=TYPED,
    order=st.permutations(["failed", "clean", "running", "hostile"]),
)  # fmt: skip
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
    deadline=None,
)
def test_nothing_typed_is_ever_lost(  # noqa: PLR0913, PLR0917 - each is typed somewhere else
    tmp_path: Path, impact: str, whys: list[str], remark: str, own_key: str, order: list[str]
) -> None:
    path = tmp_path / "postmortem.yaml"
    path.unlink(missing_ok=True)
    refresh(path, reports.SAMPLES[order[0]](), Language.EN)
    head, _, tail = path.read_text("utf-8").partition('impact: ""')
    listed = "".join(f"\n  - {quoted(why)}" for why in whys) or " []"
    typed = [
        f"impact: {quoted(impact)} # {remark}", f"own: {quoted(own_key)}", f"# {remark}",
        f"whys:{listed}",
    ]  # fmt: skip
    tail = tail.replace('whys:\n  - ""\n  - ""\n  - ""\n  - ""\n  - ""\n', "")
    path.write_text(f"{head}{chr(10).join(typed)}{tail}", "utf-8")
    for name in order[1:]:
        found = refresh(path, reports.SAMPLES[name](), Language.ZH)
        text = path.read_text("utf-8")
        assert all(line in text for line in typed)
        assert text.endswith(tail)
        assert found.impact == impact.strip()
        assert found.whys == tuple(why.strip() for why in whys if why.strip())
        assert YAML(typ="safe", pure=True).load(text)["own"] == own_key


@pytest.mark.parametrize(
    "text",
    ["impact: [", "- a\n- b", "a: 1\na: 2", "{{x}}: 1", "impact: !!python/object:os.system x"],
)
def test_a_broken_file_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "postmortem.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError):
        refresh(path, reports.failed(), Language.EN)
    assert path.read_text("utf-8") == text


def test_a_file_that_is_no_text_or_too_large_is_told(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    for data in (b"\xff\xfe\x00x", b"a" * 1_000_001):
        path.write_bytes(data)
        with pytest.raises(InputError):
            refresh(path, reports.failed(), Language.EN)
        assert path.read_bytes() == data
    with pytest.raises(UsageError):
        refresh(tmp_path, reports.failed(), Language.EN)


def test_a_laughing_file_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    found = parse("\n".join([*lines, "impact: *a39", "whys: *a39"]), "file")
    assert found.impact == ""
    assert found.whys == ()


def shown() -> reports.Report:
    return replace(reports.failed(), postmortem=written())


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("dialect", ["github", "gitlab", "jira", "confluence", "plain"])
def test_every_ticket_shows_what_people_wrote(dialect: str, language: Language) -> None:
    text = render(shown(), "md", language, dialect=dialect)
    for word in (
        "32 分钟无法下单",
        "端口写错了",
        "校验端口",
        "平台组",
        "rolled back fast",
        "called the team",
    ):
        assert word in text
    asked = {Language.EN: "Some action has no owner", Language.ZH: "有的措施没有负责人"}
    assert asked[language] in text


def test_a_report_without_it_says_nothing_of_it() -> None:
    assert "Open questions" not in render(reports.failed(), "md")


def test_what_people_wrote_is_as_harmless_as_the_rest() -> None:
    nasty = "<script>alert(1)</script> @all | password=hunter2secret\n# x"
    item = Action(what=nasty, category=nasty, owner=nasty, due=nasty, ticket="javascript:alert(1)")
    pm = PostMortem(impact=nasty, whys=(nasty,), actions=(item,), well=(nasty,), open_questions=())
    report = replace(reports.clean(), postmortem=pm)
    for dialect in DIALECTS:
        text = render(report, "md", dialect=dialect)
        assert "hunter2secret" not in text
        if dialect != "plain":
            assert "<script>" not in text.replace("\\<script\\>", "")


def test_json_holds_it_as_the_schema_says(checkout: Path) -> None:
    import json  # noqa: PLC0415

    import jsonschema  # noqa: PLC0415

    found = json.loads(render(shown(), "json"))
    schema = json.loads((checkout / "sops_report/report/schema.json").read_text("utf-8"))
    jsonschema.validate(found, schema)
    assert found["postmortem"]["actions"][0]["owner"] == "平台组"
    assert found["postmortem"]["open_questions"] == ["action_owner", "action_due", "action_ticket"]


def check(path: Path, language: Language = Language.EN) -> tuple[str, BaseException | None]:
    app = typer.Typer(cls=Group)
    checking.add_to(app)
    redacting.add_to(app)
    done = CliRunner().invoke(app, ["check", "--postmortem", str(path)], obj=language)
    return done.stdout, done.exception


def test_the_gate_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    path.write_text(WRITTEN, "utf-8")
    out, refusal = check(path, Language.ZH)
    assert out.splitlines()[0] == "action_owner\t有的措施没有负责人：由谁来做？"
    assert isinstance(refusal, SopsReportError)
    assert refusal.exit_code == 1
    assert "3" in refusal.text(Language.EN)


def test_the_gate_lets_a_whole_file_pass(tmp_path: Path) -> None:
    path = tmp_path / "postmortem.yaml"
    path.write_text(WRITTEN.replace("  - check alerts\n", ""), "utf-8")
    assert check(path) == ("", None)
    out, refusal = check(tmp_path / "none.yaml")
    assert out == ""
    assert isinstance(refusal, UsageError)


@pytest.mark.parametrize("language", list(Language))
def test_the_page_shows_it_and_runs_nothing(language: Language) -> None:
    text = render(shown(), "html", language)
    for name in ("impact", "whys", "actions", "lessons", "noted", "open"):
        assert f'id="s-{name}"' in text
    assert 'href="https://t.example/1" rel="noopener noreferrer nofollow"' in text
    nasty = Action(what="<script>alert(1)</script>", ticket="javascript:alert(1)")
    pm = PostMortem(impact="<img src=x onerror=alert(1)>", actions=(nasty,))
    page = render(replace(reports.clean(), postmortem=pm), "html", language)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page

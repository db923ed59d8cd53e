"""Secrets leave no writer, harmless texts stay, hostile texts cost no more than their length."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
import reports
from growth import assert_linear
from hypothesis import given
from hypothesis import strategies as st

from sops_report.errors import UsageError
from sops_report.masking.rules import ADDRESSES, BUILT_IN, MASK, is_identity
from sops_report.masking.text import redact_text
from sops_report.redaction.own import may_take_for_ever, own_rules
from sops_report.redaction.report import redact
from sops_report.rendering import Format, render
from sops_report.rendering.dialects import DIALECTS
from sops_report.report.findings import Reaction
from sops_report.report.model import Report
from sops_report.words import Language

ALL = (*BUILT_IN, *ADDRESSES)
S = "hunter2secret"  # what must never be seen
SECRETS = {
    "secret": [
        f"password={S}", f"DB_PASSWORD: {S}", f'{{"db_password": "{S}", "x": 1}}',
        rf'{{\"password\": \"{S}\"}}', f"mysql_root_passwd = '{S}'", f"pwd => {S}",
        f"--password {S}",
        f"mysql -uroot -p{S} db", f"sshpass -p {S} ssh a", f"https://a.example/?token={S}&x=1",
        f"bk_app_secret={S}", f"密码：{S}，请重试", f"口令为 {S}", f"<password>{S}</password>",
        f'"${{db_pwd}}": {{"value": "{S}"}}', f'password="{S} with blanks', f"client-secret: {S}",
        f"redis-cli -h a -a {S} ping", f"bk_token: {S}", rf"{{'passwd': 'a\'{S}'}}",
    ],
    "header": [
        f"Authorization: Basic {S}", f"Cookie: a=1; bk_ticket={S}", f"set-cookie: sid={S}; Path=/",
        f"curl -H 'X-Bkapi-Authorization: {{\"bk_app_code\": \"x\", \"k\": \"{S}\"}}' http://a",
        f'{{"Authorization": "Bearer {S}"}}',
    ],
    "url": [
        f"https://user:{S}@a.example/x", f"mysql://root:{S}@10.0.0.1:3306/db", f"ftp://:{S}@h",
        f"https://user:{S}@@h/", f"https://user:{S}…", f"/cb?code={S}&state=1", f"?sign={S}",
    ],
    "token": [
        f"Bearer {S}", "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1" * 18, "glpat-" + "a" * 20,
        "eyJhbGciOiJI.eyJzdWIiOiI.SflKxwRJSM", "LTAI" + "4Ab" * 5, "key: aGVsbG8gd29ybGQxMjM0NTY=",
    ],
    "pem": [f"-----BEGIN RSA PRIVATE KEY-----\n{S}\n-----END RSA PRIVATE KEY-----",
            f"-----BEGIN PRIVATE KEY----- {S} cut…"],
    "email": ["hunter2secret@example.com"],
    "mobile": ["13812345678", "+86 138-1234-5678", "致电 13812345678。"],
    "identity": ["11010519491231002X"],
    "ip": ["10.0.3.17", "fe80::1ff:fe23:4567:890a"],
}  # fmt: skip
HARMLESS = (
    "the password is wrong", "token expired", "Unexpected token } in JSON", "password: null",
    '{"password": ""}', "token: true", "E-3f9a1c", "http://a.example:8080/x", "retry: 3",
    "n0335612b874c4c73cc639b5060a992e", "2020-08-18 11:31:08 +0800", "bypass: 3", "job 12345678901",
    "@all #12", "Basic authentication failed", "version 3.11.2", "110105194912310021", "a@b",
    'File "<stdin>", line 1, in <module>', "密码错误", "T+00:03:10", "node-1", "1 h 10 m 10 s",
)  # fmt: skip
CASES = [(rule, text) for rule, texts in SECRETS.items() for text in texts]


@pytest.mark.parametrize(("rule", "text"), CASES)
def test_a_secret_is_masked_and_counted(rule: str, text: str) -> None:
    shown, counts = redact_text(text, ALL)
    assert S not in shown
    assert MASK in shown
    assert rule in counts


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert redact_text(text) == (text, {})


def test_addresses_of_machines_are_masked_on_request_only() -> None:
    assert redact_text("host 10.0.3.17")[0] == "host 10.0.3.17"
    assert redact_text("host 10.0.3.17, 300.1.1.1, at 12:30:05", ALL)[0] == (
        "host ***, 300.1.1.1, at 12:30:05"
    )


def test_what_stands_around_a_secret_stays() -> None:
    text = f"login as root with password={S}; host db-1 refused (tell {S}@example.com)"
    assert redact_text(text)[0] == (
        "login as root with password=***; host db-1 refused (tell ***@example.com)"
    )


@given(st.lists(st.sampled_from([text for _, text in CASES] + list(HARMLESS)), max_size=4))
def test_masking_twice_is_masking_once(pieces: list[str]) -> None:
    once, _ = redact_text("\n".join(pieces), ALL)
    assert redact_text(once, ALL)[0] == once


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at(text: str) -> None:
    shown, counts = redact_text(text, ALL)
    assert bool(counts) == (shown != text)


HOSTILE = (
    "a", "password", "password=", 'pwd="', "pwd='\\", "-", "-----BEGIN A-----", "a.", "://",
    "://a:", "--a-", "mysql ", "pwd" + " " * 9, "\\", "1", "13 ", ":", "a:", "eyJaaaaaaaaa.", "eyJ",
    "authorization:{", "a@b.", "a-", "?key=", '"', "密码为", "192.168.", "1" * 17,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_grows_with_the_length_only(piece: str) -> None:
    assert_linear(lambda n: redact_text((piece * n)[:n], ALL), 200_000)


def with_secrets() -> Report:
    """A report with a secret in every text that an answer could bring one in."""
    report = reports.failed()
    told = f"password={S}"
    nodes = tuple(
        replace(node, label=f"{node.label} {told}", path=f"{node.path} {told}", version=told,
                state=f"{node.state} {told}", node_id=f"{node.node_id} {told}",
                ex_data=node.ex_data and f"{node.ex_data} {told}")
        for node in report.nodes
    )  # fmt: skip
    both = dict.fromkeys(Language, f"x {told}")
    return replace(
        report, nodes=nodes, task_text=told,
        task=replace(report.task, name=told, site=told, biz=told, task_id=told, root_id=told),
        verdict=replace(report.verdict, sentence=both, title=both),
        failures=tuple(
            replace(f, label=told, path=told, text=told, node_id=told,
                    links=(f"https://u:{S}@a.example/?token={S}",))
            for f in report.failures
        ),
        retried=tuple(replace(r, label=told, path=told, text=told) for r in report.retried),
        skipped=tuple(replace(r, label=told, path=told, text=told) for r in report.skipped),
        ignored=tuple(replace(r, label=told, path=told, text=told) for r in report.ignored),
        notes=tuple(replace(note, text=both, node_id=told) for note in report.notes),
        critical_path=tuple(replace(s, label=told, node_id=told) for s in report.critical_path),
        provenance=replace(report.provenance, source=told),
    )  # fmt: skip


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("language", list(Language))
def test_no_writer_tells_a_secret(form: Format, language: Language) -> None:
    report = with_secrets()
    assert S in render(report, form, language, rules=())
    text = render(report, form, language)
    assert S not in text
    assert MASK in text


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_no_dialect_tells_a_secret(dialect: str) -> None:
    assert S not in render(with_secrets(), "md", dialect=dialect)


@pytest.mark.parametrize("form", [Format.HTML, Format.MARKDOWN, Format.TEXT])
def test_the_counts_stand_in_the_provenance(form: Format) -> None:
    report = replace(reports.clean(), task_text=f"password={S} and Bearer {S}")
    for language, words in (
        (Language.EN, "passwords and secrets: 1"),
        (Language.ZH, "密码与密钥 1 处"),
    ):
        assert words in render(report, form, language)
    assert json.loads(render(report, "json"))["redactions"] == {"secret": 1, "token": 1}


def test_a_report_without_secrets_is_the_same_object() -> None:
    report = reports.failed()
    assert redact(report) == (report, {})
    assert redact(report)[0] is report


def test_counts_of_two_turns_add_up() -> None:
    report = replace(reports.failed(), task_text=f"password={S}, host 10.0.3.17")
    once, _ = redact(report)
    twice, counts = redact(once, ADDRESSES)
    assert twice.redactions["secret"] == 1
    assert twice.redactions["ip"] == counts["ip"] >= 2
    assert "10.0.3.17" not in render(twice, "json", rules=())


def test_our_own_words_are_never_masked() -> None:
    report, masked = reports.failed(), redact(with_secrets())[0]
    assert masked.verdict.outcome == report.verdict.outcome
    assert masked.ledger == report.ledger
    assert [n.anchor for n in masked.nodes] == [n.anchor for n in report.nodes]
    assert masked.provenance.sha256 == report.provenance.sha256
    assert {field.name for field in fields(Report)} >= {"redactions", "postmortem"}


# rules of one's own


def test_a_pattern_that_finds_everything_leaves_a_page_that_can_be_made() -> None:
    report = reports.failed()
    moment = report.task.start_time
    assert moment is not None
    tried = Reaction(
        position=1, failed_at=moment, until=moment, seconds=0.0, how="retry",
        is_exact=True, maybe_automatic=False,
    )  # fmt: skip
    masked, _ = redact(replace(report, reactions=(tried,)), own_rules(["."]))
    assert masked.reactions == (tried,)
    for form in Format:
        assert render(masked, form, rules=())


def test_own_rules_from_a_file_and_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("[[rule]]\nname = 'host'\npattern = 'db-\\d+'\n", "utf-8")
    rules = own_rules([r"ticket (?P<s>\d+)"], file)
    assert redact_text("db-12, ticket 99", rules) == ("***, ticket ***", {"own": 1, "host": 1})


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|aa)*$", "((a*)b)*", "(?:x{2,})+", "(", "", "a" * 501]
)
def test_a_rule_that_is_none_or_could_stall_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        own_rules([pattern])


@pytest.mark.parametrize("pattern", [r"a+b", r"[(+]+", r"\(a+\)+", r"(ab)+", r"(?:a|b)c", r"x{3}"])
def test_a_plain_rule_is_taken(pattern: str) -> None:
    assert not may_take_for_ever(pattern)
    assert own_rules([pattern])


def test_a_file_of_rules_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for text in ("[[rule", "rule = 1", "[[rule]]\nname = 'a b'\npattern = 'x'"):
        file = tmp_path / "rules.toml"
        file.write_text(text, "utf-8")
        with pytest.raises(UsageError):
            own_rules(file=file)
    with pytest.raises(UsageError):
        own_rules(file=tmp_path / "none.toml")


def test_the_checksum_of_an_identity_number() -> None:
    assert is_identity("11010519491231002X")
    assert not is_identity("110105194912310021")
    assert not is_identity("110105194913310029")


@pytest.mark.parametrize("pattern", ["^alpha", "omega$", r"(?<!\s)alpha"])
def test_own_patterns_that_look_at_the_ends_of_a_text(pattern: str) -> None:
    report = reports.failed()
    labels = ("first", "alpha omega", "last")
    nodes = tuple(replace(node, label=labels[node.position % 3]) for node in report.nodes)
    masked, counts = redact(replace(report, nodes=nodes), own_rules([pattern]))
    assert counts["own"] == 1
    assert all(MASK in node.label for node in masked.nodes if node.position % 3 == 1)

"""The command line itself: help in both languages, usage errors, exit codes, streams."""

import fcntl
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import typer
from commandline import FAILED, PATIENCE_S, RETRIED, Done, run, spawn

from sops_report.cli.app import app
from sops_report.cli.assembly import ROOMS, assemble
from sops_report.cli.chrome import Command, Group
from sops_report.cli.language import localise
from sops_report.words import Language, has_words

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PROMISED = ("demo", "fetch", "report", "show", "nodes", "chart", "serve", "archive", "explain")


def tree(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Yield every command with its path, groups included."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from tree(child, (*path, name))


COMMANDS = list(tree(typer.main.get_command(app)))


def assembled(*names: str) -> Any:  # noqa: ANN401 - as above
    return typer.main.get_command(assemble(names))


def test_the_promised_commands_are_there() -> None:
    names = {path[0] for path, _ in COMMANDS if path}
    assert set(PROMISED) <= names
    assert {path for path, _ in COMMANDS} >= {("archive", "list"), ("archive", "verify")}


def test_the_names_on_the_help_page_are_the_commands() -> None:
    whole, names = assembled(*ROOMS), assembled()
    assert list(whole.commands) == list(ROOMS) == list(names.commands)
    assert [c.help for c in whole.commands.values()] == [c.help for c in names.commands.values()]


@pytest.mark.parametrize("name", ROOMS)
def test_a_command_asked_for_is_the_whole_command(name: str) -> None:
    whole, alone = assembled(*ROOMS), assembled(name)
    assert list(alone.commands) == list(ROOMS)
    options = [[p.name for p in tree.commands[name].params] for tree in (whole, alone)]
    assert options[0] == options[1]


def test_every_command_speaks_the_users_language() -> None:
    assert {type(command) for _, command in COMMANDS} == {Command, Group}


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids=" ".join)
def test_every_help_key_has_words(path: tuple[str, ...]) -> None:
    command = dict(COMMANDS)[path]
    assert has_words(command.help)
    keys = [p.help for p in command.params if not p.name.endswith("completion")]
    assert all(key and has_words(key) for key in keys)


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids=" ".join)
def test_help_is_complete_in_both_languages(path: tuple[str, ...]) -> None:
    pages = {tag: run(*path, "--help", SOPS_REPORT_LANG=tag) for tag in Language}
    assert [page.code for page in pages.values()] == [0, 0]
    assert not CHINESE.search(pages[Language.EN].out)
    chinese = pages[Language.ZH].out
    assert "help." not in chinese
    for word in ("Usage", "Options", "Arguments", "Commands", "Show this", "required", "default"):
        assert word not in chinese
    # Every option and every command is followed by Chinese words (perhaps on the next line).
    for found in re.finditer(r"^  (-\S|[a-z]+ )[^\n]*(\n {4,}[^\n]*)?", chinese, re.MULTILINE):
        assert CHINESE.search(found[0]), found[0]


def test_both_languages_show_the_same_options() -> None:
    for path, _ in COMMANDS:
        english, chinese = (run(*path, "-h", SOPS_REPORT_LANG=tag).out for tag in Language)
        names = re.compile(r"^  (?:-\w, )?(--[\w-]+|[a-z]+(?=  ))", re.MULTILINE)
        assert names.findall(english.partition("Options:")[2]) == names.findall(chinese) != []


def test_localising_twice_is_harmless() -> None:
    command = typer.main.get_command(app)
    localise(command, Language.ZH)
    said = command.help
    localise(command, Language.EN)
    assert command.help == said


@pytest.mark.parametrize(
    ("environ", "is_chinese"),
    [
        ({"SOPS_REPORT_LANG": "zh-CN", "LC_ALL": "C"}, True),
        ({"SOPS_REPORT_LANG": "en", "LANG": "zh_CN.UTF-8"}, False),
        ({"SOPS_REPORT_LANG": "", "LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"SOPS_REPORT_LANG": "", "LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
        ({"SOPS_REPORT_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN"}, True),
        ({"SOPS_REPORT_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
    ],
)
def test_the_environment_names_the_language(environ: dict[str, Any], *, is_chinese: bool) -> None:
    assert bool(CHINESE.search(run("--help", **environ).out)) is is_chinese
    assert ("错误" in run("show", "no-such-file", **environ).err) is is_chinese


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "zh-CN", "show", FAILED),
        ("show", FAILED, "--lang", "zh-CN"),
        ("show", "--lang=zh-CN", FAILED),
        ("--lang", "en", "show", FAILED, "--lang", "zh"),
    ],
)
def test_the_language_may_be_said_anywhere(words: tuple[object, ...]) -> None:
    assert "关键路径" in run(*words).out


WRONG = [
    ("nope",), ("shwo", "x"), ("show",), ("show", "x", "y"), ("show", "--wat"),
    ("show", "x", "--tz"), ("show", "x", "--tz", "Mars/Base"), ("show", "x", "--lang", "fr"),
    ("--lang", "fr", "show", "x"),
    ("report", "x", "--to", "pdf"), ("report", "x", "-o"), ("chart", "x"), ("fetch",),
    ("chart", "x", "-o", "a.png", "--max-rows", "0"), ("serve", ".", "--port", "70000"),
    ("serve", ".", "--port", "x"), ("archive", "lst"), ("show", "--quiet=3", "x"), ("--wat",),
    ("serve", "no-such-folder"), ("serve", ".", "--fault", "x"), ("explain", "no-such-word"),
    ("archive", "list", "--archive", "no-such-folder"), ("show", "no\x1b[31m-such\n-file"),
    ("show", "x" * 5000), ("show", "a\0b"), ("show", "C:\\answers\\x.json"), ("show", "http://[::1"),
    ("show", "https://bk.example.com/"), ("show", "2/3@yesterday"), ("fetch", "abc"), ("show", ""),
    ("fetch", "1", "--timeout", "soon"), ("fetch", "1", "--biz", "x"),
    ("show", "1", "--scope", "x"),
    ("fetch", "1", "--door", "x"), ("fetch", "1", "--url", "ftp://x"), ("show", "12345"),
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words)[:40])
@pytest.mark.parametrize("tag", list(Language))
def test_wrong_usage_is_one_line_a_hint_and_two(words: tuple[str, ...], tag: str) -> None:
    done = run(*words, SOPS_REPORT_LANG=tag)
    assert done.code == 2
    assert done.is_one_line_and_a_hint(), done
    assert "\x1b" not in done.err
    if tag == Language.ZH and "fr" not in words:
        assert CHINESE.search(done.err.splitlines()[0])


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (("chart", "x", "-o", "a.png", "--max-rows", "0"), "at least 1", "不能小于 1"),
        (("chart", "x", "-o", "a.png", "--max-rows", "many"), "a whole number", "需要整数"),
        (("report", "x", "--timeout", "soon"), "takes a number", "需要数字"),
        (("serve", "x", "--port", "65536"), "at most 65535", "不能大于 65535"),
        (("report", "x", "-t", "pdf"), "--to does not take", "--to 不支持"),
        (("report", "x", "y", "z"), "nothing to do with: y z", "多余的参数：y z"),
    ],
)
def test_reasons_are_said_in_the_users_language(
    words: tuple[str, ...], english: str, chinese: str
) -> None:
    assert english in run(*words).err
    done = run(*words, SOPS_REPORT_LANG="zh-CN")
    assert chinese in done.err
    assert done.is_one_line_and_a_hint()
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", done.err.replace("sops-report", "")), done.err


@pytest.mark.parametrize("words", [(), ("archive",)])
def test_without_a_command_the_help_is_shown(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: sops-report")


def test_a_near_miss_is_told() -> None:
    assert "did you mean show?" in run("shwo", "x").err
    assert "是不是 show" in run("shwo", "x", SOPS_REPORT_LANG="zh-CN").err


def test_version() -> None:
    assert re.fullmatch(r"sops-report \d+\.\d+\.\d+\n", run("--version").out)


def test_quiet_silences_talk_but_not_errors(tmp_path: Path) -> None:
    talkative = run("demo", "-o", tmp_path / "a")
    silent = run("demo", "-o", tmp_path / "b", "--quiet")
    assert talkative.err
    assert (silent.code, silent.err) == (0, "")
    assert run("show", "no-such", "--quiet").is_one_line_and_a_hint()


def test_zones() -> None:
    def started(*words: str) -> str:
        found = re.search(r"Started (\S+ \S+ \S+)", run("show", FAILED, *words).out)
        assert found is not None
        return found[1]

    assert started().endswith("+0800")
    assert started("--tz", "UTC").endswith(("+0000", "UTC", "Z"))
    assert started("--tz", "America/New_York").endswith("-0400")


def test_no_escape_reaches_what_is_no_terminal() -> None:
    for words in (
        ("show", FAILED),
        ("nodes", FAILED),
        ("report", FAILED, "-o", "-", "--to", "txt"),
    ):
        assert "\x1b" not in run(*words).out


def on_a_terminal(*words: object, **environ: str) -> bytes:
    """Return what a run writes to a pseudo-terminal."""
    pty = pytest.importorskip("pty") if sys.platform == "win32" else __import__("pty")
    import os  # noqa: PLC0415

    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover - another process
        os.environ.update({"SOPS_REPORT_LANG": "en", "TERM": "xterm-256color"} | environ)
        os.execv(sys.executable, [sys.executable, "-m", "sops_report", *map(str, words)])  # noqa: S606
    written = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    os.close(master)
    os.waitpid(pid, 0)
    return written


def test_a_terminal_gets_colours_unless_no_color() -> None:
    assert b"\x1b[" in on_a_terminal("show", FAILED, NO_COLOR="")
    assert b"\x1b[" not in on_a_terminal("show", FAILED, NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal("show", FAILED, NO_COLOR="", TERM="dumb")


def test_a_closed_pipe_is_silent() -> None:
    command = [sys.executable, "-m", "sops_report", "nodes", str(RETRIED), "--to", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(PATIENCE_S)


def in_a_shell(line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip


def test_full_and_closed_outputs_are_told_in_one_line() -> None:
    program = f'"{sys.executable}" -m sops_report show "{FAILED}"'
    full = in_a_shell(f"{program} > /dev/full")
    assert full.returncode == 1
    assert len(full.stderr.splitlines()) == 1
    assert b"Traceback" not in in_a_shell(f"{program} >&-").stderr


def _unread(pipe: IO[bytes]) -> int:
    """Return how many bytes nobody has read from a pipe yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_interrupting_ends_with_130_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sops_report", "show", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"{")
        process.stdin.flush()
        while _unread(process.stdin):  # a loaded machine takes its time to start
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert not list(tmp_path.iterdir())


def test_a_terminal_of_few_letters_is_no_error() -> None:
    done = spawn("show", FAILED, "--lang", "zh-CN", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"\\u5931\\u8d25" in done.stdout


def test_documents_are_utf_8_whatever_the_terminal_speaks() -> None:
    for words in (("report", FAILED, "-o", "-", "--to", "md"), ("nodes", FAILED, "--to", "csv")):
        done = spawn(*words, PYTHONIOENCODING="gb18030")
        assert done.stdout.decode("utf-8") == run(*words).out


@pytest.mark.parametrize("words", [("--help",), ("show", str(FAILED)), ("explain", "work")])
def test_nothing_heavy_is_imported_at_start_up(words: tuple[str, ...]) -> None:
    program = (
        "import sys; from sops_report.cli import main\n"
        f"try: main({list(words)!r})\n"
        "finally: print(sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    loaded = set(re.findall(r"'(\w+)'", done.stderr.splitlines()[-1]))
    assert "sops_report" in loaded
    assert not loaded & {"pandas", "numpy", "matplotlib", "httpx2", "openpyxl", "pyarrow", "rich"}


@pytest.mark.parametrize(("typed", "expected"), [("sh", "show"), ("archive ver", "verify")])
def test_the_shell_is_told_how_to_go_on(typed: str, expected: str) -> None:
    done = spawn(
        _SOPS_REPORT_COMPLETE="complete_bash", COMP_WORDS=f"sops-report {typed}",
        COMP_CWORD=str(len(typed.split())),
    )  # fmt: skip
    assert done.stdout.decode().split() == [expected]
    script = spawn(_SOPS_REPORT_COMPLETE="source_bash")
    assert b"complete" in script.stdout


def test_explaining() -> None:
    every = run("explain")
    assert every.code == 0
    for group in ("states", "classes of sections", "columns"):
        assert group in every.out
    assert run("explain", "slack_s", "关键路径").out.count("\n") == 2
    assert CHINESE.search(run("explain", "work", "--lang", "zh-CN").out)


def test_done_knows_a_good_error_from_a_bad_one() -> None:
    assert Done(code=2, out="", err="error: x\n hint: y\n").is_one_line_and_a_hint()
    for err, out in (("error: x\nmore\n", ""), ("Traceback\n", ""), ("", ""), ("error: x\n", "x")):
        assert not Done(code=2, out=out, err=err).is_one_line_and_a_hint()


def test_the_profile_names_the_language_unless_something_stronger_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sops-report"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'default_profile = "a"\n[profiles.a]\nlang = "zh-CN"\n[profiles.b]\nlang = "en"\n'
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    plain: dict[str, Any] = {"SOPS_REPORT_LANG": "", "LC_ALL": "C"}
    assert "关键路径" in run("show", FAILED, **plain).out
    assert "关键路径" not in run("show", FAILED, "--profile", "b", **plain).out
    assert "关键路径" not in run("show", FAILED, "--lang", "en", **plain).out
    assert "关键路径" not in run("show", FAILED, SOPS_REPORT_LANG="en").out
    (folder / "config.toml").write_text("[")
    broken = run("show", FAILED, **plain)
    assert broken.code == 2
    assert broken.is_one_line_and_a_hint()


def test_a_page_of_help_brings_no_analysis_and_no_renderer() -> None:
    program = (
        "import sys; from sops_report.cli import main; main(['--help'])\n"
        "print([m for m in sys.modules if m.startswith('sops_report.')], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    rooms = set(re.findall(r"'sops_report\.(\w+)", done.stderr))
    assert rooms <= {"cli", "collector", "config", "errors", "version", "words"}

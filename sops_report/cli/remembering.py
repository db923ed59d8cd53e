"""The command line as a report remembers it: what shaped its content, and no secret."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Final

# Where a file goes, how loud we are and which site is asked shape no report; patterns of the
# user's own may hold the very secret they look for.
_SHAPING: Final = (
    "task", "tree", "histories", "biz", "scope", "no_detail", "no_histories", "operations", "logs",
    "max_calls", "names", "lang", "tz",
    "dialect", "ascii_bars", "tracker", "postmortem", "css", "js", "full", "explorer", "max_bytes",
    "anonymise", "no_redact", "ips", "raw", "no_embed",
)  # fmt: skip
_HIDDEN: Final = {"pattern": "--redact-pattern", "rules": "--redact-rules"}
_NAMES: Final = {"tracker": "for", "ascii_bars": "ascii"}
_USUAL: Final = {"css": "inline", "js": "inline", "explorer": "auto", "tracker": "github"}
_UNNAMED: Final = "SOURCE"


def command_line(command: str, options: Mapping[str, object]) -> str:
    """Return a command line that makes the same report again.

    Args:
        command: Its name.
        options: Values by the names of the parameters, ``source`` among them.

    Example:
        >>> command_line("report", {"source": "my run.json", "tz": "UTC", "force": True})
        "sops-report report 'my run.json' --tz UTC"
        >>> command_line("report", {"source": "10", "anonymise": True, "pattern": ["hunter2"]})
        "sops-report report SOURCE --anonymise --redact-pattern '***'"
    """
    source = _UNNAMED if options.get("anonymise") else str(options.get("source", _UNNAMED))
    return shlex.join(["sops-report", command, source, *_words(options)])


def _words(options: Mapping[str, object]) -> Iterator[str]:
    for name in _SHAPING:
        value = options.get(name)
        if value is None or value is False or value == _USUAL.get(name):
            continue
        yield f"--{_NAMES.get(name, name).replace('_', '-')}"
        if value is not True:
            yield str(value)
    for name, option in _HIDDEN.items():
        if options.get(name):
            yield from (option, "***")

"""The dialects of Markdown we write, with the limits their targets were seen to have."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sops_report.rendering import github, gitlab, jira, plain
from sops_report.rendering.blocks import Dialect, Limits
from sops_report.rendering.chat import Chat
from sops_report.rendering.chat import plain as chat_plain
from sops_report.rendering.mermaid import GITLAB_LIMIT, LIMIT

_AROUND: Final = ("<!-- sops-report:begin -->", "<!-- sops-report:end -->")
_SMALL: Final = Limits(
    full_failures=1, failures=5, message=400, refs=3, sections=5, rows=10, bars=False,
    sentence=600, name=80, links=1,
)  # fmt: skip
_WECOM: Final = Chat(colours={"good": "info", "bad": "warning", "quiet": "comment"})
_DINGTALK: Final = Chat(
    colours={"good": "#2f5d91", "bad": "#ad3212", "quiet": "#5a626d"},
    bullet="- ", line_end="  ", has_code=False,
)  # fmt: skip

_ALL: Final = (
    # a comment takes 65,536 characters; some room is left for the ticket's own words
    Dialect(
        name="github", budget=60_000, write=github.write, plain=github.plain,
        limits=Limits(diagram=LIMIT // 4), around=_AROUND, fold=github.fold,
    ),
    Dialect(
        name="gitlab", budget=900_000, write=gitlab.write, plain=gitlab.plain,
        limits=Limits(diagram=GITLAB_LIMIT), around=_AROUND, fold=github.fold,
    ),
    Dialect(name="jira", budget=32_000, write=jira.write, plain=jira.plain),
    Dialect(
        name="confluence", budget=200_000, write=jira.write, plain=jira.plain, fold=jira.expand,
    ),
    Dialect(
        name="wecom", budget=4_096, write=_WECOM.write, plain=chat_plain, limits=_SMALL,
    ),
    # the second version knows tables and lists, but neither colours nor mentions
    Dialect(
        name="wecom-v2", budget=4_096, write=github.write_plain, plain=github.plain,
        limits=_SMALL,
    ),
    Dialect(
        name="dingtalk", budget=20_000, write=_DINGTALK.write, plain=chat_plain,
        limits=Limits(message=800, sections=10, rows=10, bars=False, name=120),
    ),
    Dialect(name="plain", budget=100_000, write=plain.write, plain=plain.plain),
)  # fmt: skip

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({one.name: one for one in _ALL})

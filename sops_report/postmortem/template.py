"""A new post-mortem file: prompts with the report's numbers, and the machine's own part."""

import json
from typing import Final

from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

_LONGEST: Final = 300
_FIELDS: Final = """\
# {impact}
impact: ""

# {trigger}
trigger: ""

# {detection}
detection: ""

# {whys}
whys:
  - ""
  - ""
  - ""
  - ""
  - ""

# {factors}
contributing_factors: []

# {actions}
actions:
  - what: ""
    type: ""
    owner: ""
    due: ""
    ticket: ""

# {lessons}
lessons:
  well: []
  badly: []
  luck: []

# {timeline}
timeline: []

authors: []
"""


def template(report: Report, language: Language) -> str:
    """Return the fields that people fill, each below a prompt."""
    voice = _voice(report, language)
    first = report.failures[0] if report.failures else None
    groups = report.counts.by_state_group
    prompts = {
        "impact": voice.say(
            "postmortem.file.impact",
            failed=len(report.failures),
            not_run=groups.get("not_started", 0),
            idle=voice.length(report.task.idle_s),
        ),
        "trigger": voice.say("postmortem.file.trigger", first=voice.sentence(_LONGEST)),
        "detection": voice.say(
            "postmortem.file.detection",
            failed_at=voice.moment(first.failed_at if first else report.task.end_time),
        ),
        "lessons": voice.say(
            "postmortem.file.lessons",
            retried=report.counts.retried,
            skipped=report.counts.skipped,
            ignored=report.counts.ignored,
        ),
    }
    for key in ("whys", "factors", "actions", "timeline"):
        prompts[key] = voice.say(f"postmortem.file.{key}")
    return _FIELDS.format(**prompts)


def machine_part(report: Report, language: Language) -> str:
    """Return what the machine knows, as YAML that any run may replace."""
    voice, task = _voice(report, language), report.task
    facts: dict[str, object] = {
        "title": line(report.verdict.title[language], 120),
        "outcome": report.verdict.outcome,
        "verdict": voice.sentence(_LONGEST),
        "task_id": None if task.task_id is None else line(task.task_id, 60),
        "started": voice.moment(task.start_time),
        "ended": voice.moment(task.end_time),
        "wall": voice.length(task.wall_s),
        "stood_still": voice.length(task.idle_s),
        "failed": len(report.failures),
        "retried": report.counts.retried,
        "skipped": report.counts.skipped,
        "ignored": report.counts.ignored,
    }
    if report.failures:
        first = report.failures[0]
        facts["first_failure"] = line(first.path, _LONGEST)
        facts["signature"] = line(first.signature, 40)
    # a JSON value is a YAML value, and nothing in a name can leave its quotes
    rows = [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items()]
    return "\n".join(["machine:", *rows]) + "\n"


def _voice(report: Report, language: Language) -> Voice:
    return Voice(report=report, language=language, zone=display_zone(report.task.offset_minutes))

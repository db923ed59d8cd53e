"""The part of a post-mortem that people write, kept in a YAML file beside the task.

The file is made once, with prompts and numbers of the report. Later runs write only between two
lines of their own; every other byte is the people's and is never touched.
"""

from sops_report.postmortem.file import refresh
from sops_report.postmortem.parse import parse
from sops_report.postmortem.questions import open_questions

__all__ = ["open_questions", "parse", "refresh"]

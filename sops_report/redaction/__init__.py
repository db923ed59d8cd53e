"""What must not leave the house: secrets, personal data and, on request, all names.

`redact` works on the report as a value, before any writer; `redact_answer` on a raw answer, whose
structure stays as it is; `anonymise_answer` gives names, hosts and ids consistent pseudonyms.
"""

from sops_report.masking.rules import ADDRESSES, BUILT_IN, MASK, Rule
from sops_report.masking.text import Counts, redact_text
from sops_report.redaction.answer import Finding, counts_of, redact_answer
from sops_report.redaction.embedding import Data, data_of
from sops_report.redaction.own import own_rules
from sops_report.redaction.pseudonyms import Pseudonyms, anonymise, anonymise_answer
from sops_report.redaction.report import redact

__all__ = [
    "ADDRESSES",
    "BUILT_IN",
    "MASK",
    "Counts",
    "Data",
    "Finding",
    "Pseudonyms",
    "Rule",
    "anonymise",
    "anonymise_answer",
    "counts_of",
    "data_of",
    "own_rules",
    "redact",
    "redact_answer",
    "redact_text",
]

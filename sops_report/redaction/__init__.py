"""What must not leave the house: secrets, personal data and, on request, all names.

`redact` works on the report as a value, before any writer; `redact_answer` on a raw answer, whose
structure stays as it is; `anonymise_answer` gives names, hosts and ids consistent pseudonyms.
"""

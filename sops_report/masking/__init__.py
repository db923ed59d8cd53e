"""What a secret looks like, and how it is masked in one text; `redaction` does whole reports."""

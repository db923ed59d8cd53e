"""Golden files: what a renderer wrote when somebody last looked at it and was content.

``UPDATE_GOLDEN=1 pytest`` accepts what is written now; the diff is read in review. Of a page its
style and scripts are left out: they stand in ``templates/assets`` once, and nobody would read their
diff in thirty pages.
"""

import os
import re
from difflib import unified_diff
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "golden"
_MOST_LINES = 60
_OURS = re.compile(r"(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)", re.DOTALL)
_HASH = re.compile(r"sha256-[A-Za-z0-9+/]{43}=(?=&#39;)")


def check(name: str, text: str) -> None:
    """Compare *text* with the golden file *name*, byte for byte but for a page's own assets."""
    path = FOLDER / name
    if name.endswith(".html"):
        text = _HASH.sub("sha256-…", _OURS.sub("…", text))
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    assert path.is_file(), f"no golden file {name}: accept it with UPDATE_GOLDEN=1"
    golden = path.read_bytes().decode()
    if golden != text:
        lines = unified_diff(golden.splitlines(), text.splitlines(), name, "now", lineterm="", n=1)
        shown = [line[:300] for _, line in zip(range(_MOST_LINES), lines, strict=False)]
        raise AssertionError("\n".join(["differs from the golden file", *shown]))

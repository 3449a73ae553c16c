"""``python -m tests.readme.picture``: take the README's picture, the first screen of a report.

Scans the simulated fleet, writes the HTML report, and opens it in Debian's Chromium. The picture
keeps the heads of the page of which it was taken, so that a test knows when it is old.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from scanner.report.formats.page_template import page_file

PICTURE = Path(__file__).parents[2] / "examples" / "reports" / "report.png"
_CHROMIUM = "/usr/bin/chromium"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
_FINDINGS_OR_INCOMPLETE = (1, 3)


_HEADS = re.compile(r'<(?:h1|h2[^>]*|button[^>]* data-sort="\w+"|label)>\s*([^<{]*[^<{\s])')
_KEY = b"tEXtHeads\0"


def heads_of_page() -> str:
    """The headings of the page, the names of its filters, and the heads of its columns."""
    return "; ".join(_HEADS.findall(page_file("page.html")))


def heads_of(picture: bytes) -> str | None:
    """The heads of the page of which a picture was taken. None if it does not say."""
    head, _, rest = picture.partition(_KEY)
    # A chunk begins with its length, without its type.
    return rest[: int.from_bytes(head[-4:]) - len(_KEY) + 4].decode() if rest else None


def _with_heads(picture: bytes) -> bytes:
    """The picture with the heads of the page (PNG specification, textual information)."""
    text = _KEY + heads_of_page().encode()
    chunk = (len(text) - 4).to_bytes(4) + text + zlib.crc32(text).to_bytes(4)
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk + picture[end:]


def take_picture(report: Path, picture: Path) -> None:
    """Write what a browser shows first of an HTML report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        page = browser.new_page(
            viewport={"width": 1400, "height": 1000}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(report.as_uri())
        picture.write_bytes(_with_heads(page.screenshot()))
        browser.close()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        scan = [sys.executable, "-m", "scanner", "demo", "-o", str(file)]
        code = subprocess.run(scan, stdout=subprocess.DEVNULL, check=False).returncode
        if code not in _FINDINGS_OR_INCOMPLETE:
            sys.exit(code)
        take_picture(file, PICTURE)

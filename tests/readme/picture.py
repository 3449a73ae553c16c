"""``python -m tests.readme.picture``: take the README's picture, the first screen of a report.

Scans the simulated fleet, writes the HTML report, and opens it in Debian's Chromium.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

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


def take_picture(report: Path, picture: Path) -> None:
    """Write what a browser shows first of an HTML report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        page = browser.new_page(
            viewport={"width": 1000, "height": 840}, device_scale_factor=1.5, color_scheme="light"
        )
        page.goto(report.as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        scan = [sys.executable, "-m", "scanner", "demo", "-o", str(file)]
        code = subprocess.run(scan, stdout=subprocess.DEVNULL, check=False).returncode
        if code not in _FINDINGS_OR_INCOMPLETE:
            sys.exit(code)
        take_picture(file, PICTURE)

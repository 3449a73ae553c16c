"""The HTML report in a browser: search, filter, sort and open; the page sends no request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from scanner.inventory.armid import ArmId
from scanner.judging.judged_vm import JudgedVm
from scanner.report.formats.html import to_html
from scanner.report.remediation import remediations
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.sim.demo import grow
from tests.support.facts import (
    BACKUPS,
    agent,
    collection,
    disks,
    extension,
    idle_item,
    lock,
    no_agent,
    operations,
    points,
)
from tests.support.hostile import NAMES
from tests.support.reports import COLLECTIONS, machine, report
from tests.support.requirements import Need
from tests.support.scans import scan_now

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
MOST_BYTES = 5_000_000


@pytest.fixture(scope="module")
def demo() -> Report:
    return scan_now(grow(1, 200)).report


@pytest.fixture(scope="module")
def chromium(need: Need, demo: Report) -> Iterator[Any]:
    """Chromium. The demo is scanned first, before the browser's event loop runs."""
    need(CHROMIUM.exists(), "Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Chromium, whose pages are closed after the test."""
    yield chromium
    for context in chromium.contexts:
        context.close()


class Seen:
    """A page, the URLs it requested and the messages it logged."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.urls: list[str] = []
        self.messages: list[str] = []
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("dialog", lambda dialog: self.messages.append(dialog.message))

    def rows(self) -> int:
        return self.page.locator("#table tbody tr").count()


def opened(browser: Any, of: Report, folder: Path, **options: Any) -> Seen:
    file = folder / "report.html"
    file.write_bytes(to_html(of))
    seen = Seen(browser.new_page(**options))
    seen.page.goto(file.as_uri())
    return seen


def test_search_filter_sort_page_and_open(browser: Any, demo: Report, tmp_path: Path) -> None:
    seen = opened(browser, demo, tmp_path)
    page = seen.page
    assert page.locator("#count").inner_text() == f"{len(demo.vms)} of {len(demo.vms)} VMs"
    assert seen.rows() == 50
    page.locator("#next").click()
    assert page.locator("#page").inner_text().startswith("2 of")
    page.fill("#q", "sql-001")
    expected = [vm for vm in demo.vms if "sql-001" in vm.vm.id.text.lower()]
    assert seen.rows() == len(expected)
    page.fill("#q", "")
    page.select_option("#f-cause", label="windows-agent-unresponsive")
    page.select_option("#f-verdict", label="applies")
    applies = demo.totals["windows-agent-unresponsive"]
    assert seen.rows() == next(count for word, count in applies.items() if str(word) == "applies")
    page.locator("#table tbody a").first.focus()
    page.keyboard.press("Enter")
    page.locator("#vm[open]").wait_for()
    dialog = page.locator("#vm")
    assert dialog.is_visible()
    text = dialog.inner_text()
    assert "windows-agent-unresponsive" in text
    assert "PowerState/running" in text
    assert "backupscan scan --vm /subscriptions/" in text
    link = dialog.locator("a").first.get_attribute("href")
    assert (link or "").startswith("https://learn.microsoft.com")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.locator("[data-sort=name]").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("VM")
    assert seen.messages == []
    assert [url for url in seen.urls if not url.startswith("file:")] == []


@pytest.mark.parametrize("filter_", ["#f-sub", "#f-tag", "#f-prot"])
def test_other_filters(browser: Any, demo: Report, tmp_path: Path, filter_: str) -> None:
    seen = opened(browser, demo, tmp_path)
    page = seen.page
    label = page.locator(f"{filter_} option").nth(1).inner_text()
    page.select_option(filter_, label=label)
    matches: dict[str, Callable[[JudgedVm], bool]] = {
        "#f-sub": lambda vm: demo.scope.subscriptions[str(vm.vm.id.subscription)] == label,
        "#f-tag": lambda vm: label in [f"{k}={v}" for k, v in (vm.vm.tags or {}).items()],
        "#f-prot": lambda vm: vm.protection_state == label,
    }
    count = sum(matches[filter_](vm) for vm in demo.vms)
    assert page.locator("#count").inner_text() == f"{count} of {len(demo.vms)} VMs"
    assert 0 < count < len(demo.vms)


def test_a_tile_shows_its_vms_and_the_address_keeps_the_filter(
    browser: Any, demo: Report, tmp_path: Path
) -> None:
    """The table begins on the first screen, the most urgent VM first."""
    seen = opened(browser, demo, tmp_path, viewport={"width": 1400, "height": 900})
    page = seen.page
    first = page.locator("#table tbody tr").first
    assert first.locator("a").inner_text() == demo.vms_worst_first[0].vm.name
    box = first.bounding_box()
    assert box
    assert box["y"] < 900
    failing = demo.standing_counts[Standing.FAILING]
    tile = page.locator("[data-word=failing]")
    assert tile.inner_text().split() == [f"{failing}", "failing"]
    tile.click()
    count = f"{failing} of {len(demo.vms)} VMs"
    assert page.locator("#count").inner_text() == count
    assert page.url.endswith("#?word=failing")
    page.reload()
    assert page.locator("#count").inner_text() == count
    assert tile.get_attribute("aria-pressed") == "true"
    tile.click()
    assert page.locator("#count").inner_text() == f"{len(demo.vms)} of {len(demo.vms)} VMs"
    assert seen.messages == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_the_page_fits_the_screen(
    browser: Any, demo: Report, tmp_path: Path, width: int, scheme: str
) -> None:
    viewport = {"width": width, "height": 900}
    seen = opened(browser, demo, tmp_path, viewport=viewport, color_scheme=scheme)
    scroll_width = seen.page.evaluate("document.documentElement.scrollWidth")
    assert scroll_width <= width
    seen.page.locator("#table tbody a").first.click()
    seen.page.locator("#vm[open]").wait_for()
    box = seen.page.locator("#vm").bounding_box()
    assert box
    assert box["width"] <= width
    labels = seen.page.locator("input, select").evaluate_all(
        "fields => fields.every(field => field.labels.length === 1)"
    )
    assert labels


def test_hostile_names_are_text(browser: Any, tmp_path: Path) -> None:
    of = report([machine(name.replace("/", "_"), name, agent=agent("2.2.1")) for name in NAMES])
    seen = opened(browser, of, tmp_path)
    links = seen.page.locator("#table tbody a")
    shown = []
    for number in range(links.count()):
        links.nth(number).click()
        seen.page.locator("#vm[open]").wait_for()
        shown.append(seen.page.locator("#vm .cmd code").all_inner_texts()[:-2])
        seen.page.keyboard.press("Escape")
    # The page fills in the commands by itself, with the same result as the scripts.
    expected = [
        [*step.az, *step.powershell, fix.check_again]
        for fix in remediations(of)
        for step in fix.fix.steps
    ]
    assert sorted(shown) == sorted(expected)
    assert seen.messages == []
    assert [url for url in seen.urls if not url.startswith("file:")] == []
    assert seen.page.locator("script").count() == 2
    assert seen.page.locator("img").count() == 0


FAILED = extension(state="Failed", name="it's VMSnapshotLinux")
BROKEN: dict[str, dict[str, Any]] = {
    "an extension":
        {"extensions": (FAILED,), "extension_operations": operations(allowed=False)},
    "an item": idle_item("soft-deleted"),
}  # fmt: skip


@pytest.mark.parametrize("facts", BROKEN.values(), ids=BROKEN)
def test_commands_with_their_undo(browser: Any, facts: dict[str, Any], tmp_path: Path) -> None:
    of = report([machine("web", **facts)])
    seen = opened(browser, of, tmp_path)
    seen.page.locator("#table tbody a").first.click()
    seen.page.locator("#vm[open]").wait_for()
    shown = seen.page.locator("#vm .cmd code").all_inner_texts()
    expected: list[str] = []
    for remediation in remediations(of):
        fix = remediation.fix
        for step in fix.steps:
            expected += [*step.az, *step.powershell]
        expected += [*fix.undo_az, *fix.undo_powershell, remediation.check_again]
    assert shown[:-2] == expected
    assert len(expected) > 6
    assert seen.messages == []


@pytest.mark.long
def test_five_thousand_vms_stay_below_5_mb() -> None:
    """Every VM has its own tags and extension, no agent, and a lock over 18 restore points."""
    vms = []
    for number in range(5_000):
        full = collection(18, ArmId(f"{BACKUPS}/{COLLECTIONS}/AzureBackup_vm-{number}"))
        vm = machine(
            f"vm-{number:05d}",
            agent=no_agent(),
            locks=(lock(BACKUPS),),
            restore_points=points(full),
            extensions=(extension(state="Failed", name=f"VMSnapshotLinux-{number}"),),
            disks=disks(70_000),
        )
        vms.append(replace(vm, tags={"owner": f"team-{number % 40}", "cost": str(number)}))
    page = to_html(report(vms))
    assert len(page) < MOST_BYTES
    assert b"vm-04999" in page


def test_the_page_loads_nothing_else(demo: Report) -> None:
    page = to_html(demo).decode()
    assert not re.search(r"""(src|href)=["']?https?:""", page.partition('id="data"')[0])
    assert "default-src 'none'" in page

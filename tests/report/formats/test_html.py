"""The HTML report in a browser: search, filter, sort and open; the page sends no request."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from scanner.inventory.armid import ArmId
from scanner.inventory.scope import ScopeSummary
from scanner.judging.judged_vm import JudgedVm
from scanner.report.formats.csv_rows import to_vms_csv
from scanner.report.formats.html import to_html
from scanner.report.overview import Overview
from scanner.report.portal import portal_link
from scanner.report.remediation import remediations
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.report.vm_rows import backup_values
from scanner.sim.demo import grow
from tests.support.facts import (
    BACKUPS,
    GROUP,
    SUBSCRIPTION,
    agent,
    collection,
    disks,
    extension,
    gap,
    idle_item,
    lock,
    no_agent,
    operations,
    points,
)
from tests.support.hostile import NAMES
from tests.support.reports import COLLECTIONS, alike, machine, report
from tests.support.requirements import Need
from tests.support.scans import scan_now
from tests.support.schemas import NODE_MODULES

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
MOST_BYTES = 5_000_000
AXE = NODE_MODULES / "axe-core/axe.min.js"


@pytest.fixture(scope="module")
def demo() -> Report:
    return scan_now(grow(1, 200)).report


@pytest.fixture(scope="module")
def chromium(need: Need, demo: Report) -> Iterator[Any]:
    """Chromium. The demo is scanned first, before the browser's event loop runs."""
    need(CHROMIUM.exists(), "Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        opened.new_page()
        yield opened
        opened.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Chromium with one page, which all tests share: a new one takes a second of CPU time."""
    yield chromium
    for context in chromium.contexts[1:]:
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


def opened(
    browser: Any,
    of: Report,
    folder: Path,
    *,
    viewport: tuple[int, int] = (1280, 720),
    scheme: str = "light",
    **options: Any,
) -> Seen:
    """A report in the shared page, or in one of its own if that takes other `options`."""
    file = folder / "report.html"
    file.write_bytes(to_html(of))
    page = browser.new_page(**options) if options else browser.contexts[0].pages[0]
    width, height = viewport
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media="screen", color_scheme=scheme)
    seen = Seen(page)
    page.goto(file.as_uri())
    return seen


def open_groups(page: Page) -> None:
    """Open the list of groups, which is filled a moment later."""
    page.locator("#groups > summary").click()
    page.locator("#group-count:not(:empty)").wait_for()


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
    links = [link.get_attribute("href") or "" for link in dialog.locator("a").all()]
    assert {urlsplit(link).hostname for link in links} == {
        "portal.azure.com",
        "learn.microsoft.com",
    }
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.locator("[data-sort=name]").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("VM")
    assert seen.messages == []
    assert [url for url in seen.urls if not url.startswith("file:")] == []


def test_other_filters(browser: Any, demo: Report, tmp_path: Path) -> None:
    page = opened(browser, demo, tmp_path).page
    values: dict[str, Callable[[JudgedVm], list[object]]] = {
        "#f-sub": lambda vm: [demo.subscription_name(vm.vm.id)],
        # ARM compares names of tags without case: a tag is one, however its name is written.
        "#f-tag": lambda vm: [
            f"{name}={value}"
            for value in (vm.vm.tags or {}).values()
            for name in ("owner", "Owner")
        ],
        "#f-prot": lambda vm: [vm.protection_state],
        "#f-vault": lambda vm: [backup_values(vm, demo).get("vault")],
        "#f-policy": lambda vm: [backup_values(vm, demo).get("policy")],
    }
    for filter_, values_of in values.items():
        label = page.locator(f"{filter_} option").nth(1).inner_text()
        page.select_option(filter_, label=label)
        count = sum(label in values_of(vm) for vm in demo.vms)
        assert (filter_, count_of(page)) == (filter_, count)
        assert 0 < count < len(demo.vms)
        page.locator("#clear").click()


def test_a_tile_shows_its_vms_and_the_address_keeps_the_filter(
    browser: Any, demo: Report, tmp_path: Path
) -> None:
    """The table begins on the first screen, the most urgent VM first."""
    seen = opened(browser, demo, tmp_path, viewport=(1400, 900))
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


def test_the_table_begins_on_the_first_screen_of_any_fleet(browser: Any, tmp_path: Path) -> None:
    """Long names, many gaps, notes and findings that count: the lists above it scroll."""
    long = "x" * 300
    vms = [
        machine(f"{number}-{long}", agent=agent("2.2.1"), locks=(lock(GROUP, name=long),))
        for number in range(60)
    ]
    gaps = [gap(f"fact {number} {long}") for number in range(60)]
    asked = ScopeSummary({str(SUBSCRIPTION.subscription): long}, (long,) * 60, 9, 9, 9)
    of = replace(report(vms, *gaps, asked=asked), notes=(long,) * 20)
    page = opened(browser, of, tmp_path, viewport=(1400, 900)).page
    box = page.locator("#table tbody tr").first.bounding_box()
    assert box
    assert box["y"] < 900
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    assert page.locator("section[aria-labelledby=h-gaps] li").count() == 60


def test_a_report_without_vms(browser: Any, tmp_path: Path) -> None:
    seen = opened(browser, report([]), tmp_path)
    assert seen.page.locator("#count").inner_text() == "0 of 0 VMs"
    open_groups(seen.page)
    assert seen.page.locator("#group-count").inner_text().startswith("0 groups of 0 VMs")
    assert seen.messages == []


@pytest.mark.long
def test_twenty_thousand_vms_load_and_filter_in_a_second(browser: Any, tmp_path: Path) -> None:
    like = machine("vm", agent=agent("2.2.1"), locks=(lock(GROUP),), restore_points=points())
    of = with_own_tags(alike(like, (f"vm-{number:05d}" for number in range(20_000))))
    page = opened(browser, of, tmp_path).page
    assert (tmp_path / "report.html").stat().st_size < 6_000_000
    session = page.context.new_cdp_session(page)
    # In CPU time: a busy machine is no bug.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    loaded = spent(session)
    page.fill("#q", "-1999")
    assert count_of(page) == 10
    assert loaded < 1
    assert spent(session) - loaded < 1


def with_own_tags(of: Report) -> Report:
    """The report, each VM with a tag of its own and one that all share."""
    tagged = (replace(vm.vm, tags={"made": vm.vm.name, "tier": "web"}) for vm in of.vms)
    vms = (replace(vm, vm=seen) for vm, seen in zip(of.vms, tagged, strict=True))
    return replace(of, vms=tuple(vms))


def test_tags_that_few_vms_have_are_counted_and_found(browser: Any, tmp_path: Path) -> None:
    of = with_own_tags(alike(machine("vm"), (f"vm-{number:05d}" for number in range(1_010))))
    page = opened(browser, of, tmp_path).page
    offered = page.locator("#f-tag option").all_inner_texts()
    assert "tier=web" in offered
    assert offered[-1] == "11 more: search for them"
    open_groups(page)
    page.select_option("#group-by", "tag:made")
    assert "1,010 groups of 1,010 VMs" in page.locator("#group-count").inner_text()
    assert "1,000 are shown" in page.locator("#group-count").inner_text()
    page.locator("#group-list button").last.click()
    assert count_of(page) == 1
    page.fill("#q", "made=vm-01009")
    page.select_option("#f-tag", "")
    assert count_of(page) == 1


def spent(session: Any) -> float:
    """CPU seconds of the page's thread."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def count_of(page: Page) -> int:
    return int(page.locator("#count").inner_text().split()[0].replace(",", ""))


def test_errors_and_fixes_show_their_vms(browser: Any, demo: Report, tmp_path: Path) -> None:
    overview = Overview(demo)
    page = opened(browser, demo, tmp_path).page
    for heading, numbers in (
        ("h-failing", [len(group.vms) for group in overview.failing]),
        ("h-fix", [entry.root.vms for entry in overview.roots]),
    ):
        buttons = page.locator(f"section[aria-labelledby={heading}] li > button")
        assert buttons.count() == len(numbers) > 1
        for index, number in enumerate(numbers):
            buttons.nth(index).click()
            assert count_of(page) == number
            assert int(buttons.nth(index).inner_text().split()[0]) == number
    page.locator("#clear").click()
    page.fill("#f-days", "2")
    days = [vm.days_since_success(demo.finished_at) for vm in demo.vms]
    assert count_of(page) == sum(day is not None and day > 2 for day in days) > 0
    page.locator("#clear").click()
    assert count_of(page) == len(demo.vms)


def test_groups_have_a_bar_and_filter(browser: Any, demo: Report, tmp_path: Path) -> None:
    page = opened(browser, demo, tmp_path).page
    open_groups(page)
    for by in ("sub", "vault", "policy", "tag:owner"):
        page.select_option("#group-by", by)
        items = page.locator("#group-list li")
        texts = page.locator("#group-list small").all_inner_texts()
        assert sum(int(text.split()[0]) for text in texts) == len(demo.vms)
        assert page.locator("#group-list .bar").count() == len(texts) == items.count() > 1
        named = page.locator("#group-list li:has(button:enabled)").first
        number = int(named.locator("small").inner_text().split()[0])
        named.locator("button").click()
        assert (by, count_of(page)) == (by, number)
        page.locator("#clear").click()


def test_the_filtered_rows_as_csv(browser: Any, demo: Report, tmp_path: Path) -> None:
    page = opened(browser, demo, tmp_path).page
    page.locator("[data-word=failing]").click()
    with page.expect_download() as download:
        page.locator("#csv").click()
    rows = [*csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8")))]
    failing = [vm for group in Overview(demo).failing for vm in group.vms]
    assert sorted(row["id"] for row in rows) == sorted(vm.vm.id.text for vm in failing)
    whole = {row["id"]: row for row in csv.DictReader(io.StringIO(to_vms_csv(demo).decode()))}
    same = ("word", "vm", "owner", "vault", "policy", "last_error", *demo.totals)
    for row in rows:
        shown = {name: value.partition(" (")[0] for name, value in whole[row["id"]].items()}
        assert {name: row[name] for name in same} == {name: shown[name] for name in same}


def test_one_shell_at_a_time(browser: Any, demo: Report, tmp_path: Path) -> None:
    page = opened(browser, demo, tmp_path).page
    page.locator("section[aria-labelledby=h-fix] summary").first.click()
    az, powershell = (page.locator(f".cmd.{shell}").first for shell in ("az", "powershell"))
    assert (az.is_visible(), powershell.is_visible()) == (True, False)
    page.locator("section[aria-labelledby=h-fix] button[data-shell=powershell]").click()
    assert (az.is_visible(), powershell.is_visible()) == (False, True)


def test_print_has_500_rows_and_says_how_many_more(browser: Any, tmp_path: Path) -> None:
    of = alike(machine("vm"), (f"vm-{number}" for number in range(520)))
    seen = opened(browser, of, tmp_path)
    seen.page.emulate_media(media="print")
    seen.page.locator("#table tbody tr").nth(499).wait_for()
    assert seen.rows() == 500
    printed = "The first 500 are printed. 20 more are in the HTML report."
    assert seen.page.locator("#printed").inner_text() == printed
    assert not seen.page.locator("#filters").is_visible()
    seen.page.emulate_media(media="screen")
    seen.page.locator("#table tbody tr").nth(50).wait_for(state="detached")
    assert seen.rows() == 50


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_the_page_is_accessible(
    browser: Any, demo: Report, need: Need, tmp_path: Path, width: int, scheme: str
) -> None:
    """No violation of WCAG 2.2 AA and of good practice that axe-core finds."""
    need(AXE.is_file(), "axe-core: npm install --prefix .venv/npm axe-core")
    page = opened(
        browser, demo, tmp_path, viewport=(width, 900), scheme=scheme, bypass_csp=True
    ).page
    page.add_script_tag(path=AXE)
    open_groups(page)
    # A few rows: what axe-core takes grows with what it sees.
    page.fill("#q", "sql-00")
    assert 2 < count_of(page) < 20
    assert violations(page, "document") == []
    page.locator("#table tbody a").first.click()
    page.locator("#vm[open]").wait_for()
    assert violations(page, "'#vm'") == []


def violations(page: Page, part: str) -> list[str]:
    found = page.evaluate(f"axe.run({part}, {{resultTypes: ['violations']}})")["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(
    ("endpoint", "portal"),
    [
        ("https://management.azure.com", "https://portal.azure.com"),
        ("https://management.usgovcloudapi.net", "https://portal.azure.us"),
        ("https://management.chinacloudapi.cn", "https://portal.azure.cn"),
        ("https://arm.example.com", None),
        (None, None),
    ],
)
def test_links_lead_to_the_portal_of_the_cloud(endpoint: str | None, portal: str | None) -> None:
    of = report([machine("web")])
    of = replace(of, scope=replace(of.scope, endpoint=endpoint))
    link = f"{portal}/#resource{of.vms[0].vm.id.text}" if portal else None
    assert portal_link(of.vms[0].vm.id, of) == link


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_the_page_fits_the_screen(
    browser: Any, demo: Report, tmp_path: Path, width: int, scheme: str
) -> None:
    seen = opened(browser, demo, tmp_path, viewport=(width, 900), scheme=scheme)
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
    assert not re.search(r"<(link|img|iframe)|src=", page.partition('id="data"')[0])
    assert "default-src 'none'" in page

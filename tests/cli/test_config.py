"""`backupscan.toml`: options, waivers and thresholds, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.catalogue import load as load_catalogue
from scanner.cli import command_line
from scanner.cli.config import CONFIGURED, option_settings
from scanner.cli.config_file import Config
from scanner.cli.thresholds import Threshold
from tests.support.command import Command
from tests.support.pairs import one_of

SETTINGS = option_settings(command_line())
SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000001"


def write(folder: Path, text: str) -> None:
    (folder / "backupscan.toml").write_text(text, encoding="utf-8")


def waiver(cause: str, tag: str, expires: str) -> str:
    return (
        f'[[waiver]]\ncause = "{cause}"\ntag = "{tag}"\nreason = "known"\nowner = "ops"\n'
        f"expires = {expires}\n"
    )


def test_options_outrank_the_environment_which_outranks_the_file(
    run: Command, tmp_path: Path
) -> None:
    write(tmp_path, '[scan]\nresource-group = ["rg-sql"]\nfail-on = ["never"]\n')
    assert run.scan_here().code == 0
    by_environment = run.with_environment(BACKUPSCAN_SCAN_FAIL_ON="applies")
    assert by_environment.scan_here().code == 1
    assert by_environment.scan_here("--fail-on", "never").code == 0
    shown = run.here("config").out
    assert "resource-group = ['rg-sql']  (file)" in shown
    assert "edition = 'current'  (default)" in shown
    assert "job-days = 7  (default)" in shown
    assert "(BACKUPSCAN_SCAN_FAIL_ON)" in by_environment.here("config").out


def test_a_default_is_shown_as_the_help_shows_it(run: Command) -> None:
    lines = run.here("config").out.splitlines()
    assert lines.count("fail-on = applies  (default)") == 3
    assert lines.count("cloud = public  (default)") == 5


def test_the_table_of_pyproject(run: Command, tmp_path: Path) -> None:
    text = '[tool.backupscan.scan]\nfail-on = ["never"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert run.scan_here("-g", "rg-sql").code == 0


def test_a_waived_finding_is_shown_and_does_not_gate(run: Command, tmp_path: Path) -> None:
    cause = "linux-agent-outdated"
    scan = ("-g", "rg-web", "--check", cause)
    assert run.scan_here(*scan).code == 1
    write(tmp_path, waiver(cause, "owner=data", "2099-01-01"))
    ran = run.scan_here(*scan, "--details")
    assert ran.code == 0
    assert "waived until 2099-01-01 by ops: known" in " ".join(ran.out.split())
    assert "applies  linux-agent-outdated" in ran.out


@pytest.mark.parametrize(
    ("tag", "expires", "says"),
    [
        pytest.param("owner=data", "2020-01-01", "expired", id="expired"),
        pytest.param("owner=nobody", "2099-01-01", "covers nothing", id="tag that no VM has"),
    ],
)
def test_a_waiver_without_effect_is_reported(
    run: Command, tmp_path: Path, tag: str, expires: str, says: str
) -> None:
    cause = "linux-agent-outdated"
    write(tmp_path, waiver(cause, tag, expires))
    ran = run.scan_here("-g", "rg-web", "--check", cause)
    assert ran.code == 1
    assert says in ran.err


def threshold(limit: str) -> str:
    return (
        '[[threshold]]\ncause = "linux-agent-outdated"\ncondition = "agent-older-than"\n'
        f'verdict = "applies"\nlimit = {limit}\nreason = "our image is patched"\n'
    )


def test_checks_are_switched_off_by_the_file(run: Command, tmp_path: Path) -> None:
    assert run.scan_here("-g", "rg-web").code == 1
    causes = (
        "linux-agent-outdated",
        "restore-point-cleanup-blocked-by-lock",
        "restore-point-limit-reached",
    )
    write(tmp_path, f"[scan]\nexclude-check = {list(causes)}\n")
    ran = run.scan_here("-g", "rg-web", "-f", "json=-")
    assert ran.code == 0, ran.err
    assert ran.json["summary"]["causes"]
    assert not set(ran.json["summary"]["causes"]) & set(causes)
    assert "file" in next(line for line in run.here("config").out.splitlines() if causes[0] in line)


def test_a_format_by_file_and_by_environment(run: Command, tmp_path: Path) -> None:
    write(tmp_path, '[scan]\nformat = ["csv=by-file.csv"]\n')
    assert run.scan_here("-g", "rg-test").code == 0
    assert (tmp_path / "by-file.csv").is_file()
    environment = run.with_environment(BACKUPSCAN_SCAN_FORMAT="csv=by-environment.csv")
    assert environment.scan_here("-g", "rg-test").code == 0
    assert (tmp_path / "by-environment.csv").is_file()


@pytest.mark.parametrize(
    "text", ["tool = 1\n", "[tool]\nbackupscan = 1\n"], ids=["tool", "tool.backupscan"]
)
def test_a_pyproject_without_the_table(run: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    ran = run.scan_here()
    assert (ran.code, ran.out) == (2, "")
    assert "is not a table" in ran.last


def test_an_option_switches_off_what_the_file_switched_on(run: Command, tmp_path: Path) -> None:
    write(tmp_path, "[scan]\nallow-empty = true\n")
    nobody = ("--tag", "owner=nobody")
    assert run.scan_here(*nobody).code == 0
    assert run.scan_here(*nobody, "--no-allow-empty").code == 4


def test_the_file_by_its_variable(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('[scan]\nfail-on = ["never"]\n', encoding="utf-8")
    by_variable = run.with_environment(BACKUPSCAN_CONFIG=str(file))
    assert by_variable.scan_here("-g", "rg-sql").code == 0


def test_a_waiver_gives_no_command_to_a_pipeline(run: Command, tmp_path: Path) -> None:
    text = waiver("linux-agent-outdated", "a=b", "2020-01-01")
    write(tmp_path, text.replace('"ops"', '"o\\n::error::x ##vso[y]\\u001b[31m"'))
    ran = run.with_environment(GITHUB_ACTIONS="true").scan_here("-g", "rg-test")
    note = next(line for line in ran.err.splitlines() if "expired" in line)
    assert note.startswith("note: ")
    assert "##vso" not in note
    assert not any(line.startswith("::error::x") for line in ran.err.splitlines())


def test_a_summary_that_cannot_be_written_changes_nothing(run: Command, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none" / "summary.md")
    pipeline = run.with_environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=nowhere)
    ran = pipeline.scan_here("-g", "rg-sql")
    assert ran.code == 1
    assert "no summary" in ran.err


def test_a_text_is_a_list_of_one(run: Command, tmp_path: Path) -> None:
    write(tmp_path, '[scan]\nresource-group = "rg-web"\nexclude-check = "disk-sise"\n')
    assert "resource-group = ['rg-web']" in run.here("config").out
    assert "Did you mean disk-size" in run.scan_here().last


def test_an_overridden_threshold(run: Command, tmp_path: Path) -> None:
    write(tmp_path, threshold('"2.0.0.0"'))
    ran = run.scan_here("-g", "rg-web", "--check", "linux-agent-outdated", "-f", "json=-")
    assert ran.code == 0
    assert "2.0.0.0" not in ran.out  # no agent is older, so no finding cites the rule


VALUES = {
    bool: {"true": True, "1": False, '"x"': False},
    int: {"7": True, "7.5": False, '"7"': False, "true": False},
    float: {"7": True, "30.5": True, '"7"': False, "true": False},
    str: {'"x"': True, "7": False, '["x"]': False},
    list: {'["x"]': True, '"x"': True, "7": False},
}
"""Values in a file, and whether an option of a type takes them."""
NUMBERS = {
    "job-days": int,
    "max-job-details": int,
    "max-views": int,
    "max-calls": int,
    "request-timeout": float,
    "deadline": float,
    "max-wait": float,
}


@pytest.mark.parametrize("command", one_of(CONFIGURED, one_in=4))
def test_every_option_takes_values_of_its_type(run: Command, tmp_path: Path, command: str) -> None:
    texts = {f"--{name.replace('_', '-')}" for name in SETTINGS[command]}
    assert texts <= set(run.here(command, "--help").out.replace("/", " ").replace(",", " ").split())
    taken: dict[int, str] = {}
    for name, setting in SETTINGS[command].items():
        key = name.replace("_", "-")
        assert setting.kind is NUMBERS.get(key, setting.kind)
        assert (setting.kind in (int, float)) is (key in NUMBERS)
        values = VALUES[setting.kind]
        for number, value in enumerate(value for value in values if values[value]):
            taken[number] = taken.get(number, f"[{command}]\n") + f"{key} = {value}\n"
        for value in (value for value in values if not values[value]):
            (tmp_path / "own.toml").write_text(f"[{command}]\n{key} = {value}\n")
            assert run.here("--config", "own.toml", "config").code == 2, (key, value)
    for text in taken.values():
        (tmp_path / "own.toml").write_text(text)
        ran = run.here("--config", "own.toml", "config")
        assert ran.code == 0, ran.err


def test_times_in_a_file(run: Command, tmp_path: Path) -> None:
    write(tmp_path, "[scan]\ndeadline = 600\nrequest-timeout = 30.5\nmax-wait = 60\n")
    assert run.scan_here("-g", "rg-web", "--fail-on", "never").code == 0
    write(tmp_path, '[scan]\ndeadline = "600"\n')
    assert "scan.deadline is '600'. Give a number" in run.scan_here().last


VALID = waiver("vault-quota", "a=b", "2099-01-01")
INVALID = {
    "unknown table": ("[scna]\n", "Did you mean scan"),
    "unknown option": ("[scan]\nfial-on = []\n", "Did you mean fail-on"),
    "misspelt option that needs trust": (
        "[scan]\nno-plugin = true\n",
        "unknown key scan.no-plugin",
    ),
    "steps in a scope": (VALID + f'scope = "{SCOPE}/../x"\n', "no ARM id"),
    "empty segment in a scope": (VALID + f'scope = "{SCOPE}//x"\n', "no ARM id"),
    "scan is a number": ("scan = 1\n", "not a table"),
    "no TOML": ("[scan\n", "cannot be read"),
    "waiver is a number": ("waiver = 1\n", "not a list of tables"),
    "threshold is a number": ("threshold = 1\n", "not a list of tables"),
    "threshold in a list of numbers": (
        "threshold = [7]\n",
        "threshold 1 is 7, not a table. Write [[threshold]]",
    ),
    "empty scope": (VALID + 'scope = ""\n', "no ARM id"),
    "scope is no ARM id": (VALID + 'scope = "/subscriptions"\n', "no ARM id"),
    "empty tag": (waiver("vault-quota", "", "2099-01-01"), "no '='"),
    "blank reason": (VALID.replace("known", " "), "no reason"),
    "number is a list": ("[scan]\njob-days = []\n", "scan.job-days is []. Give a whole number"),
    "number is a boolean": ("[scan]\njob-days = true\n", "Give a whole number"),
    "list is a number": ("[scan]\nresource-group = 7\n", "Give a list of texts"),
    "list of numbers": ("[scan]\nresource-group = [7]\n", "Give a list of texts"),
    "boolean is a text": ('[scan]\ninclude-managed = "yes"\n', "Give true or false"),
    "text is a list": ('[precheck]\npolicy = ["v"]\n', "Give a text"),
    "threshold twice": (
        threshold('"2.0.0.0"') + threshold('"2.1.0.0"'),
        "the threshold linux-agent-outdated/agent-older-than/applies is there twice. Keep one",
    ),
    "limit is no version": (threshold('"newest"'), "has the limit 'newest'. Give a version"),
    "limit is a whole number": (
        threshold("7"),
        "has the limit '7'. Give a version, as the documents do: 2.2.53.1",
    ),
    "limit is a fraction": (
        threshold("7.5"),
        "threshold 1: limit is 7.5. Give a number, a version or a list",
    ),
    "limit is a boolean": (threshold("true"), "threshold 1: limit is true. Give a number"),
    "misspelt condition": (
        threshold("7").replace("than", "then"),
        "Did you mean agent-older-than/applies?",
    ),
    "misspelt cause of a threshold": (
        threshold("7").replace("linux-agent-", "linux-agents-"),
        "Did you mean linux-agent-",
    ),
    "cause without rules": (
        threshold("7").replace("linux-agent-outdated", "classic-vm"),
        "no rule of classic-vm",
    ),
    "misspelt key of a threshold": (
        threshold("7").replace("reason", "reson"),
        "unknown key 'reson'. Did you mean reason?",
    ),
    "incomplete waiver": (
        '[[waiver]]\ncause = "x"\n',
        "waiver 1 has no reason. Add reason: a text",
    ),
    "cause is a number": ("[[waiver]]\ncause = 7\n", "waiver 1: cause is 7. Give a text"),
    "last day is no date": (
        waiver("vault-quota", "a=b", '"soon"'),
        "expires is 'soon'. Give a date, such as",
    ),
    "unknown cause": (waiver("no-such-cause", "a=b", "2099-01-01"), "no-such-cause"),
    "tag without =": (waiver("vault-quota", "ab", "2099-01-01"), "no '='"),
    "misspelt key": (VALID.replace("owner", "onwer"), "mean owner?"),
    "waiver of everything": (VALID.replace('tag = "a=b"\n', ""), "everything"),
}


@pytest.mark.parametrize(("text", "says"), INVALID.values(), ids=INVALID)
def test_an_invalid_file(run: Command, tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, text)
    ran = run.scan_here()
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.last
    assert "backupscan.toml" in ran.last


def test_new_only(run: Command, tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    run.scan_here("-o", str(old))
    assert run.scan_here().code == 1
    ran = run.scan_here("--baseline", str(old), "--new-only")
    assert ran.code == 0
    assert "nothing new" in ran.last
    assert "note: the baseline" not in ran.err
    other = run.scan_here("--baseline", str(old), "--new-only", "--edition", "2018-01")
    assert "note: the baseline has edition current" in other.err
    text = old.read_text(encoding="utf-8")
    old.write_text(text.replace('"verdict":"applies"', '"verdict":"clear"'), encoding="utf-8")
    assert run.scan_here("--baseline", str(old), "--new-only").code == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--new-only", "--baseline"),
        ("--baseline none.json", "none.json"),
        ("--fail-on vault-quotas=applies", "Did you mean vault-quota"),
        ("--fail-on vault-quota=aplies", "Did you mean applies"),
    ],
)
def test_a_gate_that_is_refused(run: Command, line: str, says: str) -> None:
    ran = run.scan_here(*line.split())
    assert ran.code == 2
    assert says in ran.last


def test_a_threshold_of_one_cause(run: Command) -> None:
    only = ("-g", "rg-sql", "--fail-on", "never")
    assert run.scan_here(*only).code == 0
    assert run.scan_here(*only, "--fail-on", "windows-agent-unresponsive=applies").code == 1


@pytest.mark.parametrize("value", ["1", "0.1.0", "true"])
def test_a_variable_of_the_version_option_is_ignored(run: Command, value: str) -> None:
    pinned = run.with_environment(BACKUPSCAN_VERSION=value, BACKUPSCAN_SCAN_DEBUG=value)
    ran = pinned.scan_here("-g", "rg-web")
    assert ran.code == 1
    assert ran.last.startswith("exit 1:")


def test_a_variable_of_a_subcommand_is_ignored(run: Command, tmp_path: Path) -> None:
    ran = run.with_environment(BACKUPSCAN_CHECKS_NEW="contoso-checks").here("checks")
    assert "windows-agent-unresponsive" in ran.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("cause", "condition", "verdict", "limit", "says"),
    [
        pytest.param("vault-quota", "policy-full", "applies", "80", "= 80 (known)", id="number"),
        pytest.param(
            "confidential-vm-limits",
            "in-a-region-of-the-preview",
            "possible",
            '["westeurope", "uaenorth"]',
            "= westeurope, uaenorth (known)",
            id="words",
        ),
    ],
)
def test_a_threshold_of_any_cause(
    run: Command, tmp_path: Path, cause: str, condition: str, verdict: str, limit: str, says: str
) -> None:
    rule = f'cause = "{cause}"\ncondition = "{condition}"\nverdict = "{verdict}"\n'
    write(tmp_path, f'[[threshold]]\n{rule}limit = {limit}\nreason = "known"\n')
    assert f"threshold: {cause}/{condition}/{verdict} {says}" in run.here("config").out
    assert run.scan_here("--fail-on", "never").code == 0
    # One file serves every edition.
    assert run.scan_here("--fail-on", "never", "--edition", "2018-01").code == 0
    write(tmp_path, f'[[threshold]]\n{rule}limit = "1.0"\nreason = "known"\n')
    assert run.scan_here().code == 2


def test_words_are_compared_in_any_casing() -> None:
    limit = Threshold(
        "vm-provisioning-state-blocks-backup", "changing", "possible", ("Paused",), "known"
    )
    catalogue = load_catalogue()
    edition = Config(thresholds=(limit,)).apply(catalogue.edition("current"), catalogue)
    assert edition.one(limit.cause, limit.condition).words == ("paused",)

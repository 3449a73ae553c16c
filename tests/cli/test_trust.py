"""What a configuration file may set that was found, and which host gets the credential."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.arm.cloud import CLOUDS, Cloud
from scanner.cli import command_line
from scanner.cli.trust import NAMED_FILE, NO_FILE, declared
from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Logged, Request, Response, json_response
from scanner.sim.server import Door
from tests.support.command import Command, assert_refused, command, opened
from tests.support.fleets.small import fleet

ROOT: Any = command_line()
TRUSTED_KEYS = {
    "arm-endpoint",
    "ask-azure",
    "baseline",
    "cloud",
    "no-plugins",
    "pin-plugin",
    "skip-bad-plugins",
    "tenant",
    "use-graph",
}
VALUES = {
    "ask-azure": "false",
    "no-plugins": "false",
    "skip-bad-plugins": "false",
    "use-graph": "false",
}
ONLY_WEB = ("-g", "rg-web", "--fail-on", "never")


class Elsewhere(SimulatedArm):
    """A Resource Manager that sends everybody to another host to sign in."""

    sign_in_at = "https://localhost:1"

    def answer(self, request: Request) -> Response:
        answered = super().answer(request)
        if request.path != "/metadata/endpoints":
            return answered
        cloud: Any = answered.json()
        cloud["authentication"]["loginEndpoint"] = self.sign_in_at
        return json_response(200, cloud)


@pytest.fixture(scope="module")
def azure() -> Elsewhere:
    return Elsewhere(fleet())


@pytest.fixture(scope="module")
def other_azure() -> SimulatedArm:
    return SimulatedArm(fleet())


@pytest.fixture(scope="module")
def doors(azure: Elsewhere, other_azure: SimulatedArm) -> Iterator[tuple[Door, Door]]:
    """A cloud, and the other host at which it makes people sign in."""
    with opened(azure) as door, opened(other_azure) as other:
        azure.sign_in_at = other.url
        yield door, other


@pytest.fixture
def elsewhere(
    azure: Elsewhere, other_azure: SimulatedArm, doors: tuple[Door, Door], tmp_path: Path
) -> Command:
    """The command, with the credential of the cloud that signs in elsewhere."""
    azure.log.clear()
    other_azure.log.clear()
    both = tmp_path / "both.pem"
    both.write_text("".join(Path(door.ca_file).read_text() for door in doors))
    found = command(doors[0], tmp_path)
    return found.with_environment(SSL_CERT_FILE=str(both), REQUESTS_CA_BUNDLE=str(both))


def token_requests(log: list[Logged]) -> list[str]:
    return [entry.path for entry in log if entry.path.endswith("/token")]


def write(folder: Path, text: str, name: str = "backupscan.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def options(of: Any) -> list[str]:
    return [
        param.name
        for param in of.params
        if param.param_type_name == "option" and param.name != "help"
    ]


@pytest.mark.parametrize("name", ["backupscan", *ROOT.commands])
def test_every_option_declares_which_file_may_set_it(name: str) -> None:
    of = ROOT.commands.get(name, ROOT)
    assert set(options(of)) == set(declared(of.callback))


@pytest.mark.parametrize("name", ["scan", "precheck", "reach", "plan"])
def test_the_options_that_need_trust(name: str) -> None:
    marks = declared(ROOT.commands[name].callback)
    needing = {option.replace("_", "-") for option, mark in marks.items() if mark == NAMED_FILE}
    assert needing == TRUSTED_KEYS & {option.replace("_", "-") for option in marks}
    within = {option for option, mark in marks.items() if mark.path_in}
    # The format of `reach` is a word, and no file sets it.
    settable = {option for option, mark in marks.items() if mark != NO_FILE}
    assert within == {"output", "format", "source", "vms_file"} & settable


@pytest.mark.parametrize("key", sorted(TRUSTED_KEYS))
@pytest.mark.parametrize("file", ["backupscan.toml", "pyproject.toml"])
def test_a_found_file_cannot_set(run: Command, tmp_path: Path, key: str, file: str) -> None:
    command = "precheck" if key == "ask-azure" else "scan"
    table = command if file == "backupscan.toml" else f"tool.backupscan.{command}"
    write(tmp_path, f"[{table}]\n{key} = {VALUES.get(key, repr('x'))}\n", file)
    assert_refused(run.here(command), file, f"{command}.{key}", f"backupscan --config {file}")
    assert_refused(run.here("config"), f"{command}.{key}")


def test_the_credential_goes_to_no_endpoint_of_a_found_file(
    run: Command, elsewhere: Command, azure: Elsewhere, other_azure: SimulatedArm, tmp_path: Path
) -> None:
    write(tmp_path, f'[scan]\narm-endpoint = "{elsewhere.url}"\nfail-on = ["never"]\n')
    for ran in (elsewhere("scan"), elsewhere.scan(), run.scan_here()):
        assert_refused(ran, "backupscan.toml", "scan.arm-endpoint")
    assert azure.log == []
    assert other_azure.log == []


def test_a_named_file_sets_everything(run: Command, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tenant = run.environment["AZURE_TENANT_ID"]
    text = (
        f'[scan]\narm-endpoint = "{run.url}"\ntenant = "{tenant}"\nskip-bad-plugins = true\n'
        f'output = ["{outside}/r.json"]\nresource-group = ["rg-web"]\nfail-on = ["never"]\n'
    )
    file = write(tmp_path, text, "mine.toml")
    folder = tmp_path / "work"
    folder.mkdir()
    here = Command(run.environment, folder, run.url)
    ran = here.here("--config", str(file), "scan")
    assert ran.code == 0, ran.err
    assert ran.lines[0] == f"note: configuration: {file} (trusted: --config names it)"
    assert (outside / "r.json").is_file()
    assert here.with_environment(BACKUPSCAN_CONFIG=str(file)).here("scan").code == 0


def test_to_name_the_file_that_is_found_is_to_trust_it(run: Command, tmp_path: Path) -> None:
    write(tmp_path, f'[scan]\narm-endpoint = "{run.url}"\nfail-on = ["never"]\n')
    assert_refused(run.here("scan"), "backupscan --config backupscan.toml")
    assert run.here("--config", "backupscan.toml", "scan", *ONLY_WEB).code == 0


def test_no_file_is_read(run: Command, tmp_path: Path) -> None:
    file = write(tmp_path, "[no TOML")
    assert run.here("--no-config", "scan", "--arm-endpoint", run.url, *ONLY_WEB).code == 0
    by_variable = run.with_environment(BACKUPSCAN_CONFIG=str(file))
    assert "file: none" in by_variable.here("--no-config", "config").out
    both = run.here("--config", str(file), "--no-config", "config")
    assert_refused(both, "--config and --no-config exclude each other")


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def broken_toml(file: Path) -> None:
    file.write_text("[project", encoding="utf-8")


@pytest.mark.parametrize("make", [a_pipe, broken_toml])
def test_a_foreign_file_that_cannot_be_read(
    run: Command, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "pyproject.toml")
    assert_refused(run.scan_here(), "pyproject.toml", "or read none: backupscan --no-config")
    assert run.here("--no-config", "scan", "--arm-endpoint", run.url, *ONLY_WEB).code == 0


def test_a_variable_needs_no_trust(run: Command) -> None:
    """The environment is the user's own."""
    environment = run.with_environment(BACKUPSCAN_SCAN_ARM_ENDPOINT=run.url)
    assert environment.here("scan", *ONLY_WEB).code == 0


OUTSIDE: Mapping[str, str] = {
    "parent": 'output = "../report.json"',
    "parent after a folder": 'output = "folder/../../report.json"',
    "absolute": 'output = "/tmp/backupscan-report.json"',
    "second of two": 'output = ["report.json", "../report.json"]',
    "format": 'format = "markdown=../profile"',
    "format, absolute": 'format = ["json=-", "markdown=/tmp/backupscan-profile"]',
    "linked folder": 'output = "elsewhere/report.json"',
    "linked file": 'output = "link.json"',
    "link to a file that is not there": 'output = "dangling.json"',
    "circle of links": 'output = "circle.json"',
    "letter that no path has": 'output = "a\\u0000.json"',
}


@pytest.fixture
def inside(run: Command, tmp_path: Path) -> Command:
    """The command in a folder with links that lead out of it."""
    folder, victim = tmp_path / "repository", tmp_path / "home"
    (folder / "folder").mkdir(parents=True)
    victim.mkdir()
    (victim / "own.json").write_text("own")
    (folder / "elsewhere").symlink_to(victim)
    (folder / "link.json").symlink_to(victim / "own.json")
    (folder / "dangling.json").symlink_to("../home/new.json")
    (folder / "circle.json").symlink_to("circle.json")
    return Command(run.environment, folder, run.url)


@pytest.mark.parametrize("line", OUTSIDE.values(), ids=OUTSIDE)
def test_an_output_that_leaves_the_folder(inside: Command, tmp_path: Path, line: str) -> None:
    write(inside.folder, f"[scan]\n{line}\n")
    ran = inside.scan_here()
    assert_refused(ran, "backupscan.toml", f"scan.{line.split()[0]}", "leaves the folder")
    own = tmp_path / "home" / "own.json"
    assert [*own.parent.iterdir()] == [own]
    assert own.read_text() == "own"
    assert {path.name for path in tmp_path.iterdir()} == {"home", "repository"}


INSIDE: Mapping[str, str] = {
    "file": 'output = "report.json"',
    "below": 'output = "folder/report.json"',
    "there and back": 'output = "folder/../report.json"',
    "stdout": 'format = "json=-"',
    "format": 'format = "csv=folder/a=b.csv"',
}


@pytest.mark.parametrize("line", INSIDE.values(), ids=INSIDE)
def test_an_output_in_the_folder(inside: Command, line: str) -> None:
    write(inside.folder, f"[scan]\n{line}\n")
    assert inside.scan_here(*ONLY_WEB).code == 0


def test_the_folder_itself_may_be_a_link(inside: Command, tmp_path: Path) -> None:
    write(inside.folder, '[scan]\noutput = "folder/report.json"\n')
    (tmp_path / "linked").symlink_to(inside.folder)
    linked = Command(inside.environment, tmp_path / "linked", inside.url)
    assert linked.scan_here(*ONLY_WEB).code == 0


def test_a_list_of_vms_outside_the_folder(run: Command, tmp_path: Path) -> None:
    write(tmp_path, '[precheck]\nvms-file = "/etc/passwd"\n')
    ran = run.here("precheck", "--arm-endpoint", run.url)
    assert_refused(ran, "precheck.vms-file", "/etc/passwd")
    assert "root" not in ran.err


def test_the_file_in_use_is_shown(run: Command, tmp_path: Path) -> None:
    assert "file: none\n" in run.here("config").out
    file = write(tmp_path, '[scan]\nresource-group = ["rg-web"]\n')
    found = f"{file} (not trusted: it was found here)"
    assert f"file: {found}\n" in run.here("config").out
    named = run.here("--config", "backupscan.toml", "config").out
    assert f"file: {file} (trusted: --config names it)\n" in named
    assert run.scan_here("--fail-on", "never").lines[0] == f"note: configuration: {found}"
    assert "configuration" not in run.here("scan", "--help").err


def test_an_endpoint_that_signs_in_elsewhere(
    elsewhere: Command, azure: Elsewhere, other_azure: SimulatedArm
) -> None:
    ran = elsewhere.scan()
    assert_refused(ran, f"signs in at {azure.sign_in_at[8:]}", "AZURE_AUTHORITY_HOST names")
    assert [entry.path for entry in azure.log] == ["/metadata/endpoints"]
    assert other_azure.log == []


def test_where_the_sign_in_goes_is_named_before_it(
    elsewhere: Command, azure: Elsewhere, other_azure: SimulatedArm
) -> None:
    ran = elsewhere.with_environment(AZURE_AUTHORITY_HOST=None).scan()
    signing_in = f"note: signing in at {azure.sign_in_at[8:]} for {elsewhere.url[8:]}"
    assert ran.err.splitlines()[0] == signing_in
    assert token_requests(other_azure.log)
    assert token_requests(azure.log) == []


@pytest.mark.parametrize(
    ("cloud", "host"),
    [
        pytest.param("public", "login.microsoftonline.us", id="government's host, public cloud"),
        pytest.param("usgov", "https://login.microsoftonline.com/", id="public host, government"),
        pytest.param("china", "login.microsoftonline.com:8443", id="another port"),
        pytest.param("public", "https://[", id="no host"),
        pytest.param("public", "https://login.microsoftonline.com@localhost", id="user's trick"),
    ],
)
def test_a_public_cloud_and_another_authority(run: Command, cloud: str, host: str) -> None:
    ran = run.with_environment(AZURE_AUTHORITY_HOST=host).here("scan", "--cloud", cloud)
    assert_refused(ran, "AZURE_AUTHORITY_HOST", "https://management.", "--cloud")


@pytest.mark.parametrize("written", ["{}", "{}/", "https://{}", "HTTPS://{}/", " https://{} ", ""])
def test_the_same_authority_in_another_writing(run: Command, written: str) -> None:
    host = written.format(run.url.removeprefix("https://").replace("localhost", "LocalHost"))
    assert run.with_environment(AZURE_AUTHORITY_HOST=host).scan_here(*ONLY_WEB).code == 0


@pytest.mark.parametrize(
    ("cloud", "host"),
    [
        pytest.param("public", "login.windows.net", id="older host"),
        pytest.param("public", "https://LOGIN.microsoftonline.com:443/", id="port and letters"),
        pytest.param("china", "login.chinacloudapi.cn", id="the SDK's host of China"),
        pytest.param("usgov", "login.microsoftonline.us", id="the SDK's host of the government"),
    ],
)
def test_hosts_of_one_sign_in(cloud: str, host: str) -> None:
    assert CLOUDS[cloud].signs_in_at(host)
    assert CLOUDS[cloud].is_public


@pytest.mark.parametrize(
    ("endpoint", "authority"),
    [
        pytest.param("https://arm.example", "https://login.microsoftonline.com", id="endpoint"),
        pytest.param("https://management.azure.com", "https://login.example", id="authority"),
        pytest.param(
            "https://management.azure.com", "https://login.microsoftonline.us", id="another cloud"
        ),
    ],
)
def test_a_cloud_that_is_named_on_stderr(endpoint: str, authority: str) -> None:
    assert not Cloud("x", endpoint, "https://audience.example", authority).is_public

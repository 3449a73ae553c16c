"""Any bad input: one clear line, the right exit code, no traceback."""

import resource
import shlex
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from scanner.sim.world import World
from tests.support.command import SECONDS, Command, assert_refused
from tests.support.forks import Ran

AZURE = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_AUTHORITY_HOST")
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


OPTIONS = {
    "--check disk-sise": ["disk-sise", "disk-size"],
    "--edition 2019": ["2019", "2018-01, current"],
    "--fail-on sometimes": ["sometimes", "never"],
    "-f jsn=x": ["jsn", "json"],
    "-f json": ["json", "FORMAT=FILE"],
    "-f json=": ["json", "FORMAT=FILE"],
    "-o report.jsn": ["jsn", "json"],
    "-o report": ["format"],
    "-o no-such-folder/report.json": ["no-such-folder"],
    "--vm web-01": ["--vm", "web-01"],
    "--vm /subscriptions/x": ["--vm", "/subscriptions/x"],
    "--tag owner": ["--tag", "'='"],
    "--deadline inf": ["--deadline is inf", "number of seconds"],
    "--max-wait inf": ["--max-wait is inf", "number of seconds"],
    "--tag =web": ["--tag"],
    "--exclude-vm web-01": ["--exclude-vm"],
    "--exclude-tag owner": ["--exclude-tag"],
    "--cloud public": ["--cloud", "--arm-endpoint"],
    "-g rg-web -s test": ["resource group rg-web"],
    "-s prd": ["prd", "Did you mean prod?"],
    "--exclude-subscription prd": ["prd", "Did you mean prod?"],
    "-s 'bad\x1b[31m\nname'": ["subscription"],
    "-m nowhere": ["nowhere"],
    "-f json=- -f json=no-such-folder/x": ["no-such-folder"],
}


@pytest.mark.parametrize(("line", "says"), OPTIONS.items(), ids=OPTIONS)
def test_options(run: Command, line: str, says: list[str]) -> None:
    ran = run.scan_here(*shlex.split(line))
    assert_refused(ran, *says)
    assert "\x1b" not in ran.err


def test_a_missing_vm(run: Command, world: World) -> None:
    gone = world.vms[0].id.replace("web-01", "web-99")
    assert_refused(run.scan_here("--vm", gone), "web-99")


ENDPOINTS = {
    "--cloud mars": ["mars", "china, public, usgov"],
    "--arm-endpoint http://localhost:1": ["http://localhost:1", "https"],
    "--arm-endpoint localhost": ["localhost", "https"],
    "--arm-endpoint https://": ["https"],
    "--arm-endpoint https://[": ["https"],
    "--arm-endpoint https://a:b": ["https"],
    "--arm-endpoint 'https://a b'": ["https"],
    "--arm-endpoint https://localhost:99999": ["99999"],
    "--arm-endpoint ''": ["--arm-endpoint"],
    "--arm-endpoint https://localhost:1": ["https://localhost:1", "cannot be reached"],
    "--arm-endpoint https://no-such-host.invalid": ["no-such-host.invalid"],
}


@pytest.mark.parametrize(("line", "says"), ENDPOINTS.items(), ids=ENDPOINTS)
@pytest.mark.usefixtures("quick")
def test_endpoints(run: Command, line: str, says: list[str]) -> None:
    assert_refused(run.here("scan", *shlex.split(line)), *says)


@pytest.mark.parametrize("argument", ["--no-such-option", "--vms", "extra"])
def test_unknown_options(run: Command, argument: str) -> None:
    assert_refused(run("scan", argument))


def test_no_credentials(run: Command) -> None:
    started = time.monotonic()
    assert_refused(run.with_environment(**dict.fromkeys(AZURE)).scan(), "credential", "az login")
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("AZURE_CLIENT_SECRET", "AADSTS7000215"),
        ("AZURE_CLIENT_ID", "AADSTS700016"),
        ("AZURE_TENANT_ID", "AADSTS90002"),
    ],
)
def test_a_refused_sign_in(run: Command, name: str, says: str) -> None:
    ran = run.with_environment(**{name: "44444444-4444-4444-4444-000000000001"}).scan_here()
    assert_refused(ran, says, "Check the tenant")
    assert run.environment["AZURE_CLIENT_SECRET"] not in ran.err


@pytest.mark.usefixtures("quick")
def test_an_untrusted_certificate(run: Command) -> None:
    ran = run.with_environment(**dict.fromkeys(CERTIFICATES)).scan_here()
    assert_refused(ran, "certificate", "SSL_CERT_FILE")


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_missing_certificate_file(run: Command, name: str) -> None:
    missing = dict.fromkeys(CERTIFICATES) | {name: "/no/such/file.pem"}
    assert_refused(run.with_environment(**missing).scan_here(), name, "/no/such/file.pem")


def test_a_certificate_file_without_a_certificate(run: Command) -> None:
    (run.folder / "ca.pem").write_text("no certificate")
    file = str(run.folder / "ca.pem")
    assert_refused(run.with_environment(**dict.fromkeys(CERTIFICATES, file)).scan_here(), file)


@contextmanager
def answering(status: int, body: bytes, folder: Path) -> Iterator[tuple[str, str]]:
    """An HTTPS server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "other.pem"))
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://localhost:{server.server_port}", str(folder / "other.pem")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, b"<html>Welcome</html>", id="HTML"),
        pytest.param(200, b"", id="empty"),
        pytest.param(200, b"\xff\xfe", id="no UTF-8"),
        pytest.param(200, b"{}", id="empty object"),
        pytest.param(200, b"[]", id="list"),
        pytest.param(
            200,
            b'{"authentication": {"loginEndpoint": "x", "audiences": []}}',
            id="no audience",
        ),
        pytest.param(404, b"not here", id="not found"),
    ],
)
def test_an_endpoint_that_is_not_azure(run: Command, status: int, body: bytes) -> None:
    with answering(status, body, run.folder) as (url, file):
        trusting = run.with_environment(**dict.fromkeys(CERTIFICATES, file))
        assert_refused(trusting.here("scan", "--arm-endpoint", url), url)


def test_debug_shows_a_traceback(run: Command) -> None:
    ran = run.scan("--edition", "2019", "--debug")
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("exit 2: ")
    assert ran.code == 2


def test_debug_shows_hostile_text_as_text(run: Command) -> None:
    """The authority quotes the client, and could quote anything."""
    hostile = run.with_environment(AZURE_CLIENT_ID="x\x1b[31m\n::error::y", GITHUB_ACTIONS="1")
    ran = hostile.scan("--debug")
    assert ran.code == 2
    assert "Application with identifier" in ran.err
    assert "\x1b" not in ran.err
    assert "::error::" not in ran.err
    lines = ran.lines
    assert all(line.startswith("| ") for line in lines[:-1])
    assert lines[-1].startswith("exit 2: ")


@pytest.mark.parametrize("number", [5, 16, 64])
def test_too_few_files_are_refused_before_the_scan(run: Command, number: int) -> None:
    words = ("demo", "-o", "report.json")
    # With the fewest, its modules must be imported, too.
    ran = with_file_limit(run, number, *words) if number == 5 else with_limit(run, number, *words)
    assert_refused(ran, f"only {number} files may be open at once", "ulimit -n 256")
    assert list(run.folder.iterdir()) == []


def test_few_files_are_enough_to_explain(run: Command) -> None:
    assert with_file_limit(run, 5, "explain", "400196").code == 0


def test_a_low_limit_that_may_be_raised_is_raised(run: Command) -> None:
    ran = with_limit(run, 16, "scan", "--arm-endpoint", run.url, hard=1024)
    assert ran.last == "exit 1: 3 of 6 VMs at or above 'applies'"


def with_limit(run: Command, number: int, *words: str, hard: int | None = None) -> Ran:
    """Run the command with a limit on how many files it may have open, its modules imported."""
    with run.fork(*words, resources={"RLIMIT_NOFILE": (number, hard or number)}) as process:
        out, err = process.communicate(timeout=SECONDS)
        return Ran(process.wait(0), out, err)


def with_file_limit(run: Command, number: int, *words: str) -> Ran:
    """The same from the start of the process."""
    ran = subprocess.run(
        [sys.executable, "-m", "scanner", *words],
        cwd=run.folder,
        env=dict(run.environment),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, number)),
        capture_output=True,
        timeout=SECONDS,
        text=True,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_misspelt_check_by_the_installed_command(run: Command) -> None:
    assert_refused(run.scan("--check", "disk-sise"), "Did you mean disk-size?")

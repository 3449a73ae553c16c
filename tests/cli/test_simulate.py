"""`backupscan simulate` at the command line."""

import socket

from tests.support.command import Command


def test_a_port_in_use(run: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run.here("simulate", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.out) == (2, "")
    assert "Choose another" in ran.last

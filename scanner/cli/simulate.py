"""``backupscan simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def simulate(
    seed: options.Seed = 1,
    vms: options.FleetSize = 200,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=0,
            max=65535,
            help="Port to serve on; 0 takes a free one. Default: 0, or 443 with --public-names.",
        ),
        NO_FILE,
    ] = None,
    public_names: Annotated[
        bool,
        typer.Option(
            "--public-names",
            help="Also be the public hosts of Azure, for clients that know no other.",
        ),
        NO_FILE,
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option("--log", metavar="FILE", help="Append every request to a file of JSON lines."),
        NO_FILE,
    ] = None,
    debug: options.Debug = False,
) -> None:
    """Serve a simulated Azure on this machine, for any client."""
    with one_line_errors(debug=debug):
        import asyncio

        from scanner.errors import UsageError
        from scanner.sim.server import PUBLIC_NAMES

        names = PUBLIC_NAMES if public_names else ()
        chosen = (443 if public_names else 0) if port is None else port
        try:
            asyncio.run(_serve_until_interrupted(seed, vms, chosen, names, log))
        except OSError as error:
            if log is not None and error.filename == str(log):
                what = f"{log} cannot be written ({error.strerror})"
                raise UsageError(what, "Choose another file") from error
            what = f"port {chosen} cannot be opened ({error.strerror})"
            raise UsageError(what, "Choose another port, or 0 for a free one") from error
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)


async def _serve_until_interrupted(
    seed: int, vms: int, port: int, names: tuple[str, ...], log: Path | None
) -> None:
    import asyncio
    from contextlib import nullcontext
    from datetime import UTC, datetime

    from scanner.cli.printed.simulation import welcome
    from scanner.cli.request_log import RequestLog
    from scanner.sim.arm import SimulatedArm
    from scanner.sim.demo import grow
    from scanner.sim.server import serve

    world = grow(seed, vms, datetime.now(UTC))
    # Before anything is served, so that a file that cannot be written ends the command.
    opened = nullcontext() if log is None else log.open("a", encoding="utf-8")
    with opened as file:
        requests = RequestLog(lambda line: typer.echo(line, err=True), file)
        arm = SimulatedArm(world, latency=0.02, watch=requests)
        async with serve(arm, port=port, names=names) as door:
            for line in welcome(door, world.subscriptions[0].subscription_id, names):
                typer.echo(line)
            typer.echo("serving until interrupted", err=True)
            try:
                await asyncio.Event().wait()
            finally:
                if requests.unserved:
                    typer.echo(requests.summary(), err=True)

"""``backupscan simulate``."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def simulate(
    seed: options.Seed = 1,
    vms: options.FleetSize = 200,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="Port to serve on; 0 takes a free one."
        ),
        NO_FILE,
    ] = 0,
    debug: options.Debug = False,
) -> None:
    """Serve a simulated Azure on this machine, for any client."""
    with one_line_errors(debug=debug):
        import asyncio

        from scanner.errors import UsageError

        try:
            asyncio.run(_serve_until_interrupted(seed, vms, port))
        except OSError as error:
            what = f"port {port} cannot be opened ({error.strerror})"
            raise UsageError(what, "Choose another port, or 0 for a free one") from error
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)


async def _serve_until_interrupted(seed: int, vms: int, port: int) -> None:
    import asyncio
    from datetime import UTC, datetime

    from scanner.sim.arm import SimulatedArm
    from scanner.sim.demo import grow
    from scanner.sim.server import serve

    async with serve(
        SimulatedArm(grow(seed, vms, datetime.now(UTC)), latency=0.02), port=port
    ) as door:
        for name, value in door.environment.items():
            typer.echo(f"export {name}='{value}'")
        typer.echo("export NO_PROXY='localhost'")
        typer.echo(f"# backupscan scan --arm-endpoint {door.url}")
        typer.echo("serving until interrupted", err=True)
        await asyncio.Event().wait()

"""What a worker does: it signs in by its own environment, reads a subscription and writes it.

Imported by workers, which have the package installed. The command that gave the work is elsewhere.
"""

from __future__ import annotations

import asyncio
import sys

from scanner import __version__
from scanner.arm.notices import Notice
from scanner.cli.connect import azure
from scanner.errors import ScanError
from scanner.fleet.work import Done, Work, do_work, done_codec, not_done, work_codec
from scanner.report.escape import log_line


def read_subscription(packed: bytes) -> bytes:
    """Do a piece of work. What comes of it is packed, too."""
    work = work_codec().unpack(packed)
    version = work.manifest.tool.get("version")
    if version == __version__:
        done = asyncio.run(_sign_in_and_read(work))
    else:
        why = f"A worker has backupscan {__version__}, not {version}. Install the same version."
        done = not_done(work, why)
    return done_codec().pack(done)


async def _sign_in_and_read(work: Work) -> Done:
    door = work.door

    def notify(notice: Notice) -> None:
        # The others are in the report.
        if notice.until:
            sys.stderr.write(f"note: {log_line(str(notice))}\n")

    try:
        # Who gave the work has named them.
        connect = azure(door.cloud, door.endpoint, door.tenant, door.limits, names_hosts=False)
        async with connect(notify) as arm:
            return await do_work(work, arm)
    except ScanError as error:
        # Such an error ends a command. Here it costs a subscription.
        return not_done(work, f"A worker could not begin: {error}")

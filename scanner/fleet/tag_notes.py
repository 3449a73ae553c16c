"""What a scan says of the service tags that it judged by."""

from __future__ import annotations

from scanner.arm.service_tags import ServiceTagReader
from scanner.network.service_tags import built_in_clouds


def notes_on_tags(reader: ServiceTagReader) -> tuple[str, ...]:
    """Why the copy that is built in was used. Nothing if the tags were read."""
    if reader.gap is None:
        return ()
    copies = " and ".join(tags.publication for tags in built_in_clouds())
    why = f"The service tags of the cloud were not read. {reader.gap.remedy}"
    return (f"{why} The copy that is built in was used: {copies}.",)

"""The ARM JSON of a classic VM (Microsoft.ClassicCompute 2017-04-01).

No answer of this API was recorded; the members are the ones that public clients read.
"""

from __future__ import annotations

from scanner.sim.patches import Body
from scanner.sim.seeds import guid


def classic_vm(
    seed: int,
    id_: str,
    *,
    os: str,
    power: str,
    flag: str,
    agent: bool | None,
    service: str,
    status: str,
) -> Body:
    """A classic VM; `flag` is the name of the member that holds `agent`, None leaves it out.

    The guest agent has a status if it is registered and the VM runs.
    """
    group, name = id_.partition("/providers/")[0], id_.rpartition("/")[2]
    domain = f"{group}/providers/Microsoft.ClassicCompute/domainNames/{service}"
    return {
        "properties": {
            "domainName": {
                "id": domain,
                "name": service,
                "type": "Microsoft.ClassicCompute/domainNames",
            },
            "instanceView": {
                "status": "ReadyRole" if power == "Started" else "StoppedVM",
                "powerState": power,
                "computerName": name,
                "fullyQualifiedDomainName": f"{service}.cloudapp.net",
                **(_report(status) if agent and power == "Started" else {}),
            },
            "hardwareProfile": {
                **({} if agent is None else {flag: agent}),
                "size": "Standard_D1_v2",
                "deploymentName": service,
                "deploymentId": guid(seed, id_).replace("-", ""),
                "deploymentLocked": False,
            },
            "storageProfile": {
                "operatingSystemDisk": {
                    "diskName": f"{name}-os",
                    "caching": "ReadWrite",
                    "operatingSystem": os.capitalize(),
                    "ioType": "Standard",
                },
            },
        },
    }


def _report(status: str) -> Body:
    """The guest agent's report in the instance view."""
    is_ready = status == "Ready"
    message = "GuestAgent is running" if is_ready else "Status not available for the role"
    return {
        "guestAgentStatus": {
            "protocolVersion": "1.0",
            "timestamp": "2018-01-09T05:59:00Z",
            "guestAgentVersion": "2.7.1198.822" if is_ready else "Unknown",
            "status": status,
            "formattedMessage": {"language": "en-US", "message": message},
        }
    }

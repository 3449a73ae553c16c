"""The ARM JSON of a classic VM (Microsoft.ClassicCompute 2017-04-01).

No answer of this API was recorded; the members are the ones that public clients read.
"""

from __future__ import annotations

from scanner.sim.patches import Body
from scanner.sim.seeds import guid


def classic_vm(
    seed: int, id_: str, *, os: str, power: str, flag: str, agent: bool | None, service: str
) -> Body:
    """A classic VM; `flag` is the name of the member that holds `agent`, None leaves it out."""
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

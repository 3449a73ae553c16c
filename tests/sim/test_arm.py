"""Routes, paging and the errors of ARM itself, worded as in recorded answers."""

import json
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Request
from scanner.sim.shapes import MONITOR_LINUX
from scanner.sim.tokens import read_token
from scanner.sim.world import CLIENT_ID, Group, Subscription, World
from tests.support.simulated_arm import API, VMS, Ask, error, pages, recording


def test_pages_hold_every_entry_once_and_link_to_the_requested_host(
    web: Group, ask: Ask, prod: Subscription
) -> None:
    names = [web.vm(f"vm-{i}").name for i in range(5)]
    found = pages(ask, f"https://localhost:8443{prod.id}/{VMS}?{API}")
    assert [len(page["value"]) for page in found] == [2, 2, 1]
    assert [entry["name"] for page in found for entry in page["value"]] == names
    assert found[0]["nextLink"].startswith(f"https://localhost:8443{prod.id}/{VMS}?api-version=")
    assert {logged.host for logged in ask.arm.log} == {"localhost:8443"}


def test_last_pages_end_in_all_three_recorded_ways(
    web: Group, ask: Ask, prod: Subscription
) -> None:
    listings = ["Compute/virtualMachines", "Compute/disks", "Compute/restorePointCollections"]
    listings += ["Network/networkInterfaces", "Authorization/locks"]
    bodies = [ask.json(f"{prod.id}/providers/Microsoft.{name}") for name in listings]
    assert {body.get("nextLink", "absent") for body in bodies} == {"absent", None, ""}


def test_page_size_by_listing(world: World, web: Group, prod: Subscription) -> None:
    for i in range(3):
        web.vm(f"vm-{i}")
    ask = Ask(SimulatedArm(world, page_size={"disks": 1}))
    assert len(pages(ask, f"{prod.id}/providers/Microsoft.Compute/disks")) == 3
    assert len(pages(ask, f"{prod.id}/{VMS}")) == 1


def test_paths_and_options_are_matched_without_case(web: Group, ask: Ask) -> None:
    vm = web.vm("a")
    path = vm.id.replace("resourceGroups", "resourcegroups").replace("rg-web", "RG-WEB")
    body = ask.json(f"{path}?$EXPAND=InstanceView&API-VERSION=2024-11-01")
    assert body["id"] == path
    assert "instanceView" in body["properties"]


def test_group_level_listing(web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a")
    prod.group("rg-other").vm("b")
    assert [entry["name"] for entry in ask.json(f"{web.id}/{VMS}")["value"]] == ["a"]
    found = ask.json(f"{web.id.upper()}/providers/Microsoft.Compute/disks")
    assert len(found["value"]) == 1


def test_listings_of_vms_spell_the_group_in_two_ways(
    world: World, web: Group, prod: Subscription
) -> None:
    for i in range(76):
        web.vm(f"vm-{i}")
    web.vm("odd", id_group="Rg-Web")
    body = Ask(SimulatedArm(world)).json(f"{prod.id}/{VMS}")
    spellings = [entry["id"].split("/")[4] for entry in body["value"]]
    assert 55 < spellings.count("RG-WEB") < 76
    assert "rg-web" in spellings
    assert spellings[-1] == "Rg-Web"


def test_extensions_of_a_vm(web: Group, ask: Ask) -> None:
    vm = web.vm("a", extensions=[MONITOR_LINUX])
    entry = ask.json(f"{vm.id}/extensions")["value"][0]
    assert entry["id"] == f"{vm.id}/extensions/AzureMonitorLinuxAgent"
    assert entry["properties"]["type"] == "AzureMonitorLinuxAgent"


def test_api_version_is_required(ask: Ask) -> None:
    assert ask.arm.answer(Request.get("/subscriptions?x=y")).status == 400
    assert error(ask, "/subscriptions?api-version=", 400)[0] == "MissingApiVersionParameter"


def test_a_version_that_arm_does_not_have_is_refused_with_its_list(ask: Ask) -> None:
    code, message = error(ask, "/subscriptions?api-version=2020-11-01", 400)
    assert code == "InvalidApiVersionParameter"
    start = "The api-version '2020-11-01' is invalid. The supported versions are '2026-06-01,"
    assert message.startswith(start)


def test_missing_scopes_and_resources(web: Group, ask: Ask, prod: Subscription) -> None:
    assert error(ask, f"/subscriptions/{CLIENT_ID}", 404)[0] == "SubscriptionNotFound"
    assert error(ask, "/subscriptions/none", 400)[0] == "InvalidSubscriptionId"
    recorded = recording("rg_get_2022-09-01_test_resource_group_no_wait")["body"]["error"]
    code, message = error(ask, f"{prod.id}/resourceGroups/cli_rg_nowait_test000001", 404)
    assert {"code": code, "message": message} == recorded
    recorded = recording("http_404_ResourceNotFound_nsg_get_2024-03-01")["body"]["error"]
    code, message = error(ask, f"{web.id}/{VMS}/vm1", 404)
    expected = recorded["message"].replace(
        "Network/networkSecurityGroups", "Compute/virtualMachines"
    )
    assert message == expected.replace("connection_monitor_v2_test_000001", "rg-web")
    assert code == recorded["code"]
    assert error(ask, f"{prod.id}/providers/Contoso.None/things", 404) == (
        "InvalidResourceNamespace",
        "The resource namespace 'Contoso.None' is invalid.",
    )
    code, message = error(ask, f"{prod.id}/providers/Microsoft.Compute/things", 404)
    assert code == "InvalidResourceType"
    assert message.startswith("The resource type could not be found in the namespace")
    code, _ = error(ask, f"{prod.id}/providers/Microsoft.Storage/storageAccounts", 409)
    assert code == "MissingSubscriptionRegistration"


FILTERS = {
    "VMs": (f"/{VMS}", "name eq 'a'", "InvalidParameter"),
    "statuses": (f"/{VMS}", "name eq 'a'", "InvalidParameter"),
    "groups": ("/resourcegroups", "name eq 'rg-web'", "InvalidFilterInQueryString"),
    "resources": ("/resources", "kind eq 'a'", "InvalidFilterInQueryString"),
    "no clause": ("/resources", "everything", "InvalidFilterInQueryString"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_that_a_listing_does_not_have_is_refused(
    name: str, ask: Ask, prod: Subscription
) -> None:
    path, filter_, code = FILTERS[name]
    options = {"$filter": filter_, **({"statusOnly": "true"} if name == "statuses" else {})}
    found, message = error(ask, f"{prod.id}{path}?{urlencode(options)}", 400)
    assert found == code
    assert filter_ in message


def test_microsoft_graph_refuses_as_it_does_and_is_counted(ask: Ask) -> None:
    answers = [ask("/v1.0/domains"), ask("/v1.0/directoryObjects/getByIds", "POST")]
    assert [answer.status for answer in answers] == [403, 403]
    assert all(b"Authorization_RequestDenied" in answer.body for answer in answers)
    assert all(logged.is_unserved for logged in ask.arm.log)


def test_tokens(world: World) -> None:
    arm = SimulatedArm(world)
    issued = arm.issue_token()

    def code(**headers: str) -> str:
        response = arm.answer(Request("GET", "/subscriptions", {"api-version": "x"}, headers))
        body: Any = response.json()
        if response.status == 401:
            assert response.headers["www-authenticate"].startswith("Bearer authorization_uri=")
        return str(body["error"]["code"]) if response.status == 401 else "accepted"

    assert code() == "AuthenticationFailed"
    assert code(authorization="Bearer other") == "InvalidAuthenticationToken"
    assert code(authorization=f"Bearer {issued}") == "accepted"
    arm.expire_tokens()
    assert code(authorization=f"Bearer {issued}") == "ExpiredAuthenticationToken"
    assert [logged.authorized for logged in arm.log] == [False, True, True, True]


def test_expired_token_reads_as_recorded(ask: Ask) -> None:
    ask.arm.expire_tokens()
    recorded = recording("subs_list_2016-06-01_orchestration_stack_vm_refresh")
    response = ask("/subscriptions")
    body: Any = response.json()
    assert response.status == recorded["status"]
    assert response.headers["www-authenticate"] == recorded["headers"]["www-authenticate"]
    start = "The access token expiry UTC time '"
    assert recorded["body"]["error"]["message"].startswith(start)
    assert body["error"]["message"].startswith(start)


def test_rate_limits_count_down(ask: Ask, prod: Subscription) -> None:
    answers = [ask(f"{prod.id}/{VMS}") for _ in range(2)]
    name = "x-ms-ratelimit-remaining-resource"
    assert [answer.headers[name] for answer in answers] == [
        "Microsoft.Compute/HighCostGetSubscriptionMaximum;899",
        "Microsoft.Compute/HighCostGetSubscriptionMaximum;898",
    ]
    # It fills up again, by 375 in a second.
    left = answers[1].headers["x-ms-ratelimit-remaining-subscription-global-reads"]
    assert left in ("3748", "3749")


def test_writes_are_answered_and_logged(web: Group, ask: Ask, prod: Subscription) -> None:
    vm = web.vm("a")
    lock = f"{vm.id}/providers/Microsoft.Authorization/locks/keep"
    register = f"{prod.id}/providers/microsoft.compute/register"
    writes = {
        ("POST", register): ("Microsoft.Compute/register/action", prod.id),
        ("DELETE", vm.id): ("Microsoft.Compute/virtualMachines/delete", vm.id),
        # As quoted in cloudquery/cloudquery issue 16133.
        ("POST", f"{vm.id}/start"): ("Microsoft.Compute/virtualMachines/start/action", vm.id),
        ("PUT", lock): ("Microsoft.Authorization/locks/write", lock),
        ("PUT", web.id): ("Microsoft.Resources/subscriptions/resourceGroups/write", web.id),
        ("PATCH", prod.id): ("Microsoft.Resources/subscriptions/write", prod.id),
    }
    for (method, path), (action, scope) in writes.items():
        refused = ask(path, method)
        assert refused.status == 403
        assert f"perform action '{action}' over scope '{scope}'".encode() in refused.body
    assert [logged.method for logged in ask.arm.log] == [method for method, _ in writes]


def test_metadata_needs_neither_token_nor_version(world: World) -> None:
    arm = SimulatedArm(world)
    response = arm.answer(Request("GET", "/metadata/endpoints", host="localhost:1234"))
    body = json.loads(response.body)
    assert body["authentication"]["loginEndpoint"] == "https://localhost:1234/"
    assert body["authentication"]["tenant"] == world.tenant_id
    assert body["resourceManager"] == "https://localhost:1234/"


def test_a_token_is_known_after_a_restart_and_says_who_signed_in(world: World) -> None:
    token = SimulatedArm(world).issue_token(audience="https://management.azure.com")
    claims = read_token(world, token)
    assert claims is not None
    assert (claims["oid"], claims["tid"]) == (world.object_id, world.tenant_id)
    assert (claims["appid"], claims["aud"]) == (world.client_id, "https://management.azure.com")
    # As MSAL, az and Terraform's provider read it: a JWT.
    assert jwt.decode(token, options={"verify_signature": False}) == claims
    restarted = SimulatedArm(world)

    def status(bearer: str) -> int:
        headers = {"authorization": f"Bearer {bearer}"}
        return restarted.answer(
            Request.get("/subscriptions?api-version=2022-12-01", **headers)
        ).status

    head, _, signature = token.rpartition(".")
    other = SimulatedArm(World(seed=2)).issue_token()
    stale = SimulatedArm(world).issue_token(lifetime=-60)
    wrong = [f"{head[:-1]}.{signature}", f"{head}.", "x", other, stale]
    assert [status(bearer) for bearer in (token, *wrong)] == [200, *[401] * 5]

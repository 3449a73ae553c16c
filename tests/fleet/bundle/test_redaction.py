"""A redacted bundle has no name of the fleet, and gives every verdict of the original."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_origin

import pytest
import zstandard
from msgspec import Struct, inspect, json

from scanner import __version__
from scanner.arm.calls import CALLS
from scanner.errors import UsageError
from scanner.fleet.bundle.codec import id_to_text
from scanner.fleet.bundle.content import Index, known_fields
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.redacting import redact_bundle
from scanner.fleet.bundle.redaction import Key, Redactor
from scanner.fleet.bundle.redaction.fields import KINDS
from scanner.fleet.bundle.resuming import resume_bundle
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import Names, Scope
from scanner.inventory.snapshot import Snapshot
from scanner.network.addresses import Addresses
from scanner.network.service_tags import built_in_tags, is_known
from scanner.report.report import Report
from scanner.report.write import WRITERS
from scanner.sim.demo import grow
from scanner.sim.world import World
from tests.support.bundles import record, report_of
from tests.support.fleets.every_read import Fleet

REDACTOR = Redactor(Key(b"a key of the tests"))
OTHER = Redactor(Key(b"another key of the tests"))
FLEETS: Mapping[str, World] = {
    "demo": grow(vms=12),
    "every read": Fleet().world,
}


@pytest.fixture(scope="module", params=FLEETS)
def bundles(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A bundle, and its redacted copy."""
    folder = tmp_path_factory.mktemp("redacted")
    record(FLEETS[request.param], folder / "plain", Scope(include_managed=True), metrics=True)
    redact_bundle(open_bundle(folder / "plain"), folder / "redacted", REDACTOR)
    return folder / "plain", folder / "redacted"


def verdicts(report: Report, redactor: Redactor | None = None) -> dict[str, Any]:
    """What was judged of each VM, by its id or by the pseudonym of its id."""
    found = json.decode(WRITERS["json"](report))
    return {
        redactor.id(ArmId(vm["id"])).text if redactor else vm["id"]: (
            vm["os"],
            vm["power_state"],
            (vm["protection"] or {}).get("state"),
            vm["standing"],
            {
                cause["cause"]: (
                    cause["verdict"],
                    cause.get("reason"),
                    [(it["check"], it["verdict"]) for it in cause["findings"]],
                )
                for cause in vm["causes"]
            },
            [
                (it["code"], [(one["cause"], one["verdict"]) for one in it["causes"]])
                for it in vm["symptoms"]
            ],
        )
        for vm in found["vms"]
    }


def summary(report: Report) -> Any:
    return json.decode(WRITERS["json"](report))["summary"]


@pytest.mark.parametrize("edition", ["2018-01", "current"])
def test_every_verdict_is_the_same(bundles: tuple[Path, Path], edition: str) -> None:
    plain, redacted = (report_of(bundle, edition, metrics=True) for bundle in bundles)
    assert len(plain.vms) > 10
    assert verdicts(redacted) == verdicts(plain, REDACTOR)
    assert len(redacted.gaps) == len(plain.gaps)
    assert summary(redacted) == summary(plain)


KEPT = re.compile(r"[\d\s:.,+/TZtzAPMapm-]*|microsoft\..*", re.IGNORECASE | re.DOTALL)


def texts_of(value: Any, record: str = "", field: str = "") -> Iterator[tuple[str, bool]]:
    """The texts of a bundle, and if they name something: by the table, and every part of an id."""
    kind = KINDS.get((record, field))
    if isinstance(value, ArmId):
        yield from ((it, True) for it in value.text.split("/")[2::2])
    elif isinstance(value, str):
        found = parse_id(value)
        names = found.text.split("/")[2::2] if found else value.split(";")
        if kind == "word":
            yield from ((it, False) for it in (value, *value.split(".")))
        elif kind not in (None, "public", "time", "message"):
            yield from ((it, True) for it in names)
    elif isinstance(value, Struct):
        if type(value).__name__ != "PublishedTags":
            for name in value.__struct_fields__:
                yield from texts_of(getattr(value, name), type(value).__name__, name)
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts_of(getattr(value, one.name), type(value).__name__, one.name)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from texts_of(key, record, field)
            yield from texts_of(entry, record, field)
    elif isinstance(value, tuple | list | frozenset):
        for entry in value:
            yield from texts_of(entry, record, field)


PUBLIC = {
    "gatewaysubnet", "azurefirewallsubnet", "windows", "azure", "iaasvmcontainerv2",
    "iaasvmcontainer", "defaultpolicy", "enhancedpolicy", "false", "true",
    "diskexclusionproperties",
}  # fmt: skip


def is_of_the_fleet(text: str) -> bool:
    """False for words of Azure, for blocks of addresses with a meaning, and for two letters."""
    lowered = text.lower()
    is_public = lowered in PUBLIC or lowered.startswith("azurebackup")
    return len(text) > 3 and not (is_public or is_known(text) or KEPT.fullmatch(text))


def test_no_name_id_tag_or_address_is_in_any_byte(bundles: tuple[Path, Path]) -> None:
    plain, redacted = bundles
    opened = open_bundle(plain)
    texts = [*texts_of(opened.index), *(it for one in opened for it in texts_of(one))]
    # A rule may be called Deny, and an extension by its type.
    words = {it.lower() for it, is_name in texts if not is_name}
    named = {it for it, is_name in texts if is_name and it.lower() not in words}
    addresses = {it for it in named if re.fullmatch(r"(\d+\.){3}\d+(/\d+)?", it)}
    meaning = {it for it in addresses if REDACTOR.address(it) == it}
    looked_for = {it.lower() for it in named if is_of_the_fleet(it)} | (addresses - meaning)
    # A VM is called "extended", and a policy CrashConsistent.
    of_azure = " ".join((*known_fields().values(), *words)).lower()
    looked_for = {it for it in looked_for if it not in of_azure}
    assert len(looked_for) > 50
    for file in redacted.iterdir():
        data = file.read_bytes()
        parts = [data.lower(), file.name.encode()]
        if file.name.endswith(".zst"):
            if file.name.startswith("service-tags"):
                continue
            parts.append(zstandard.ZstdDecompressor().decompress(data).lower())
        for part in parts:
            text = part.decode("utf-8", "replace")
            parted = {*re.findall(r"[\w./-]+", text)}
            assert not {it for it in looked_for if it in parted}, file.name
            assert not {it for it in looked_for if len(it) > 7 and it in text}, file.name


def test_every_text_of_a_bundle_is_in_the_table() -> None:
    """A new field is refused until the table says what it is."""
    found = {
        ((get_origin(kind.cls) or kind.cls).__name__, field.name)
        for kind in structs_in(inspect.type_info(Index), inspect.type_info(Snapshot),
                               inspect.type_info(Scope))
        for field in kind.fields
        if has_text(field.type)
    }  # fmt: skip
    assert found == set(KINDS)


def structs_in(*kinds: inspect.Type) -> list[Any]:
    """The records that types are made of, once each."""
    found: dict[Any, Any] = {}
    todo = [*kinds]
    while todo:
        kind = todo.pop()
        if isinstance(kind, inspect.StructType | inspect.DataclassType):
            if kind.cls not in found:
                found[kind.cls] = kind
                todo += [field.type for field in kind.fields]
        else:
            todo += inner(kind)
    return [*found.values()]


def inner(kind: inspect.Type) -> list[inspect.Type]:
    """The types that a type is made of."""
    if isinstance(kind, inspect.UnionType):
        return [*kind.types]
    if isinstance(kind, inspect.DictType):
        return [kind.key_type, kind.value_type]
    if isinstance(kind, inspect.TupleType):
        return [*kind.item_types]
    item = getattr(kind, "item_type", None)
    return [item] if item else []


def has_text(kind: inspect.Type) -> bool:
    texts = inspect.StrType | inspect.AnyType | inspect.LiteralType
    return isinstance(kind, texts) or any(map(has_text, inner(kind)))


class Unknown(Struct):
    """A record with a text that the table does not have."""

    surprise: str


def test_a_text_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(LookupError, match=r"Unknown\.surprise"):
        Redactor(Key(b"a key of the tests")).change(Unknown)


def filled(kind: Any, field: str = "") -> Any:
    """A value of a type in which every text names its field."""
    if isinstance(kind, inspect.StructType):
        cls = get_origin(kind.cls) or kind.cls
        members = {one.name: filled(one.type, f"{cls.__name__}.{one.name}") for one in kind.fields}
        return cls(**members)
    if isinstance(kind, inspect.DataclassType):
        return kind.cls(**{
            one.name: filled(one.type, f"{kind.cls.__name__}.{one.name}") for one in kind.fields
        })  # fmt: skip
    if isinstance(kind, inspect.UnionType):
        return filled(next(it for it in kind.types if not isinstance(it, inspect.NoneType)), field)
    if isinstance(kind, inspect.CustomType):
        return ArmId(f"/subscriptions/canary {field}/resourceGroups/canary {field}")
    if isinstance(kind, inspect.DictType):
        return {filled(kind.key_type, field): filled(kind.value_type, field)}
    if isinstance(kind, inspect.TupleType):
        return tuple(filled(one, field) for one in kind.item_types)
    if isinstance(kind, inspect.VarTupleType | inspect.FrozenSetType):
        made = (filled(kind.item_type, field),)
        return made if isinstance(kind, inspect.VarTupleType) else frozenset(made)
    if isinstance(kind, inspect.AnyType):
        return {f"canary {field}": [f"canary {field}"]}
    if isinstance(kind, inspect.EnumType):
        return Reason.FAILED
    plain: Mapping[Any, Any] = {
        inspect.StrType: f"canary {field}", inspect.LiteralType: f"canary {field}",
        inspect.IntType: 1, inspect.FloatType: 1.0, inspect.BoolType: True,
        inspect.DateTimeType: datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return plain[type(kind)]


def test_no_field_leaks() -> None:
    values = [filled(inspect.type_info(kind)) for kind in (Index, Snapshot, Scope)]
    encoded = json.encode(
        [REDACTOR.index(values[0]), REDACTOR.snapshot(values[1]), REDACTOR.scope(values[2])],
        enc_hook=id_to_text,
    ).decode()
    leaked = {
        tuple(it.split(".")) for it in re.findall(r"canary (\w+\.\w+)", encoded, re.IGNORECASE)
    }
    kept = {field for field, kind in KINDS.items() if kind in ("word", "public")}
    assert "canary" in encoded
    assert not leaked - kept


def test_bundles_of_one_key_compare(tmp_path: Path) -> None:
    one, other = (FLEETS["every read"] for _ in range(2))
    record(one, tmp_path / "plain")
    first = redact_bundle(open_bundle(tmp_path / "plain"), tmp_path / "first", REDACTOR)
    again = Redactor(Key(b"a key of the tests"))
    second = redact_bundle(open_bundle(tmp_path / "plain"), tmp_path / "second", again)
    third = redact_bundle(open_bundle(tmp_path / "plain"), tmp_path / "third", OTHER)
    assert first == second
    assert first.redacted != third.redacted
    assert {part.id for part in first.parts}.isdisjoint(part.id for part in third.parts)
    assert other is one


def test_a_bundle_is_not_redacted_twice_and_not_resumed_with_another_key(
    bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    _, redacted = bundles
    with pytest.raises(UsageError, match="has pseudonyms already"):
        redact_bundle(open_bundle(redacted), tmp_path / "twice", OTHER)
    for redactor in (None, OTHER):
        with pytest.raises(UsageError, match="pseudonyms of another key"):
            resume_bundle(redacted, only_failed=False, version=__version__, redactor=redactor)


PREFIXES = (
    "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.4", "10.1.2.4/32", "192.168.7.0/24",
    "0.0.0.0/0", "0.0.0.0/1", "8.0.0.0/8", "8.8.8.0/24", "8.8.8.8", "20.60.0.0/16", "::/0",
    "fd00::/8", "fd12:3456::/32", "fd12:3456::7", "203.0.113.0/25", "168.63.129.16",
)  # fmt: skip


def test_prefixes_contain_what_they_contained() -> None:
    """Xu, Fan, Ammar and Moon, "Prefix-preserving IP address anonymization", 2002."""
    tags = built_in_tags("westeurope")
    sets = [Addresses.of(it) for it in PREFIXES]
    mapped = [Addresses.of(REDACTOR.address(it)) for it in PREFIXES]
    assert [[a.covers(b) for a in mapped] for b in mapped] == [
        [a.covers(b) for a in sets] for b in sets
    ]
    assert [it.count for it in mapped] == [it.count for it in sets]
    for name in ("storage.westeurope", "azurecloud", "azurebackup", "storage.northeurope"):
        tag = tags.addresses(name)
        assert tag
        assert [(it & tag).count for it in mapped] == [(it & tag).count for it in sets], name


def test_every_address_changes_but_those_of_the_platform() -> None:
    for text in ("10.0.0.4", "192.168.0.10", "172.16.0.0/16", "8.8.8.8", "fd00::1", "20.1.2.3"):
        assert REDACTOR.address(text) != text
        assert REDACTOR.address(text) != OTHER.address(text) or text == "192.168.0.10"
    for text in ("168.63.129.16", "0.0.0.0/0", "10.0.0.0/8", "Storage.WestEurope", "*", "Internet"):
        assert REDACTOR.address(text) == text


MESSAGES = {
    "VM 'contoso-db-01' is in contoso-rg.": "VM 'NAME' is in NAME.",
    "Ask bob@contoso.com about /subscriptions/7/resourceGroups/contoso": "Ask NAME about "
    "/subscriptions/NAME/resourceGroups/NAME",
    "HTTP 403 AuthorizationFailed. Grant Microsoft.Compute/disks/read, then scan again.": None,
    "ARM's answer holds no properties.storageProfile.dataDisks[3].": None,
    "The VM agent is unable to communicate with the Azure Backup Service.": None,
}


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_keeps_known_words_alone(text: str) -> None:
    found = re.sub(r"\bx[b-z]{14}\b", "NAME", REDACTOR.message(text))
    assert found == (MESSAGES[text] or text)


@pytest.mark.parametrize(
    "text", ["Ready", "Not Ready", "NotReady", "Unresponsive", "Unavailable", "Installing"]
)
def test_the_words_that_readiness_knows_stay(text: str) -> None:
    assert REDACTOR.message(text) == text


def test_the_rights_that_gaps_name_stay() -> None:
    rights = [call.action for call in CALLS]
    assert [REDACTOR.message(right) for right in rights] == rights


def test_a_gap_of_a_single_answer_is_redacted() -> None:
    gap = Gap("/subscriptions/s/resourceGroups/contoso", "disks", Reason.DENIED, None, "contoso.")
    found = REDACTOR.found(gap)
    assert isinstance(found, Gap)
    assert "contoso" not in f"{found}"
    assert (found.fact, found.reason) == (gap.fact, gap.reason)


def test_a_scope_takes_the_same_vms() -> None:
    names = Names(("Contoso Prod",), (), ("RG-Web",), (), (("Env", "Prod"),))
    found = REDACTOR.scope(Scope(names, protection="protected"))
    again = REDACTOR.scope(Scope(Names(("contoso prod",), (), ("rg-web",), (), (("env", "Prod"),))))
    assert found.wanted == again.wanted
    assert found.protection == "protected"
    assert "contoso" not in f"{found}".lower()

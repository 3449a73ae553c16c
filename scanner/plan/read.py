"""What the bytes of a file are, by content: a plan, or one line that says what to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.plan.decoded import at
from scanner.plan.instances import TerraformPlan
from scanner.plan.planned import Contents, NotAPlan
from scanner.plan.template import ASK, read_snapshot, read_template
from scanner.plan.terraform import read_terraform
from scanner.plan.whatif import read_what_if

_SHOW = "Run 'terraform show -json PLANFILE > plan.json' (or tofu), and give plan.json"
_WHAT_IF = (
    "Run 'az deployment group what-if -g GROUP -f FILE --no-pretty-print', and give what it prints"
)
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_TEMPLATE = re.compile(
    r"schema\.management\.azure\.com/schemas/.*deploymenttemplate\.json", re.IGNORECASE
)
_TEXTS = (
    (re.compile(rb"(?:Terraform|OpenTofu) (?:used|will perform)"), "what a plan prints", _SHOW),
    (
        re.compile(rb"property changes are indicated with (?:these|this) symbol"),
        "what what-if prints without --no-pretty-print",
        _WHAT_IF,
    ),
    (
        re.compile(rb"^[ \t]*(?:targetScope\s*=|(?:resource|module)\s+\w+\s+')", re.MULTILINE),
        "the source of Bicep",
        ASK,
    ),
    (re.compile(rb"^[ \t]*(?:resource|module|provider)\s+\"", re.MULTILINE), "HCL", _SHOW),
)
"""Texts for people and sources: a mark in them, what they are, what to run."""
_MOST_SEARCHED = 1_000_000
_KNOWN_VERSION = re.compile(r"[01]\.\d+")


def read_plan(data: bytes, subscription: str | None = None) -> Contents:
    """What a file says.

    ``subscription`` is of resources whose plan does not say it. Raises ``NotAPlan``.
    """
    text = _json_bytes(data)
    try:
        whole = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _no_object(text) from None
    try:
        return _read(whole, text, subscription)
    except NotAPlan:
        raise
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError, LookupError) as error:
        # What a decoder quotes of a plan may be a secret: only the place is shown.
        place = f"{error}".rpartition(" - at `")[2].rstrip("`")
        where = f" at {place}{_of_resource(text, place)}" if place.startswith("$") else ""
        is_terraform = not whole.keys().isdisjoint(("format_version", "resource_changes"))
        remedy = _SHOW if is_terraform else ASK
        raise NotAPlan(f"it is not of the documented form{where}", remedy) from None


_ENTRY = re.compile(r"\$\.(\w+)\[(\d+)\]")
_NAMES = ("address", "resourceId", "id", "name")


def _of_resource(text: bytes, place: str) -> str:
    """The resource that an entry of a list is about, as the plan names it."""
    found = _ENTRY.match(place)
    entry = at(msgspec.json.decode(text), (found[1], int(found[2]))) if found else None
    names = (entry[name] for name in _NAMES if name in entry) if isinstance(entry, dict) else ()
    name = next((name for name in names if isinstance(name, str) and name.isprintable()), "")
    return f", of {name}" if name else ""


def _read(whole: Mapping[str, Any], text: bytes, subscription: str | None) -> Contents:
    if "resource_changes" in whole:
        return _terraform(text, subscription)
    if {"format_version", "planned_values"} <= whole.keys():
        if _has_resources(_decoded(whole["planned_values"])):
            raise NotAPlan("it has no resource_changes: somebody cut them out", _SHOW)
        return _terraform(text, subscription)
    if {"format_version", "values"} & whole.keys() and "terraform_version" in whole:
        what = "it is what 'terraform show -json' prints of a state, and no plan"
        raise NotAPlan(what, "Run 'terraform plan -out=PLANFILE' first. " + _SHOW)
    if {"lineage", "serial"} <= whole.keys():
        raise NotAPlan("it is a state file, and no plan", _SHOW)
    if "format_version" in whole:
        return _terraform(text, subscription)
    if "Changes" in whole or "PotentialChanges" in whole:
        raise NotAPlan("it is the what-if object of PowerShell, with numbers for words", _WHAT_IF)
    if "predictedResources" in whole:
        return read_snapshot(msgspec.json.decode(text))
    properties = _decoded(whole.get("properties"))
    if "changes" in whole or (isinstance(properties, Mapping) and "changes" in properties):
        return _what_if(msgspec.json.decode(text))
    schema = _decoded(whole.get("$schema"))
    if isinstance(schema, str) and _TEMPLATE.search(schema):
        return read_template(msgspec.json.decode(text), subscription)
    if isinstance(schema, str) and "deploymentparameters" in schema.lower():
        raise NotAPlan("it is a file of parameters, and no plan", _WHAT_IF)
    if "error" in whole:
        raise NotAPlan("it is an error of a deployment, and no plan", _WHAT_IF)
    raise NotAPlan("it is JSON, and no plan that is known", f"{_SHOW}. {_WHAT_IF}")


def _has_resources(values: Any) -> bool:
    root = values.get("root_module") if isinstance(values, Mapping) else None
    return isinstance(root, Mapping) and bool(root.get("resources") or root.get("child_modules"))


def _terraform(text: bytes, subscription: str | None) -> Contents:
    plan = msgspec.json.decode(text, type=TerraformPlan)
    if not _KNOWN_VERSION.fullmatch(plan.format_version):
        shown = plan.format_version[:20]
        what = f"it has format_version {shown!r}, and 0.x and 1.x are known"
        raise NotAPlan(what, "Install a newer backupscan")
    return read_terraform(plan, subscription)


def _what_if(result: Mapping[str, Any]) -> Contents:
    body = result if "changes" in result else result.get("properties") or {}
    changes = body.get("changes") if isinstance(body, Mapping) else None
    listed = [c for c in changes if isinstance(c, Mapping)] if isinstance(changes, list) else []
    numbers = [change for change in listed if isinstance(change.get("changeType"), int)]
    if numbers:
        raise NotAPlan("it is the what-if object of PowerShell, with numbers for words", _WHAT_IF)
    return read_what_if(result)


def _decoded(raw: Any) -> Any:
    return None if raw is None else msgspec.json.decode(raw)


def _json_bytes(data: bytes) -> bytes:
    """The text in UTF-8 without a mark. Raises ``NotAPlan`` for a binary plan or no text."""
    if data.startswith(b"PK"):
        raise NotAPlan("it is the binary plan", _SHOW)
    if data.startswith(b"\x1f\x8b"):
        raise NotAPlan("it is compressed by gzip", "Give the file that it was made of")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding).encode() if encoding else _vetted(data)
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise NotAPlan("it is not text in UTF-8 or UTF-16", _SHOW) from None
    if not text.strip(b" \t\r\n\0"):
        raise NotAPlan("it is empty", _SHOW)
    if b"\0" in text[:1000]:
        raise NotAPlan("it has zero bytes, as UTF-16 without a byte order mark has", _SHOW)
    return text


def _vetted(data: bytes) -> bytes:
    """The same bytes. Raises ``UnicodeDecodeError`` if they are not UTF-8."""
    data.decode()
    return data


def _no_object(text: bytes) -> NotAPlan:
    first, _, rest = text.strip().partition(b"\n")
    line = _line(first)
    if line is not None and ("@level" in line or line.get("type") == "version"):
        return NotAPlan("it is what 'terraform plan -json' logs, and no plan", _SHOW)
    if line is not None and rest:
        return NotAPlan("it has more than one JSON value", _SHOW)
    if text.lstrip()[:1] == b"{":
        return NotAPlan("its JSON is broken: cut off, or changed by hand", _SHOW)
    if text.lstrip()[:1] == b"[":
        return NotAPlan("it is a list in JSON, and no plan that is known", _SHOW)
    for mark, what, remedy in _TEXTS:
        if mark.search(text[:_MOST_SEARCHED]):
            return NotAPlan(f"it is {what}, and no plan", remedy)
    return NotAPlan("it is no JSON", _SHOW)


def _line(text: bytes) -> Mapping[str, Any] | None:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

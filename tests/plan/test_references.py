"""References in a configuration, followed to the planned resource that they lead to."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.plan.module_tree import Instance
from scanner.plan.planned import Unknown
from scanner.plan.references import References
from scanner.plan.traversal import Step, module_of, roots, steps
from tests.support.plans import contents_of, recorded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b.id", (Step("a"), Step("b"), Step("id"))),
        ("a.b[0].id", (Step("a"), Step("b", 0, has_key=True), Step("id"))),
        ('a.b["x.y"]', (Step("a"), Step("b", "x.y", has_key=True))),
        ('a.b["x]\\""]', (Step("a"), Step("b", 'x]"', has_key=True))),
    ],
    ids=["names", "an index", "a key with a dot", "a key with a bracket and a quote"],
)
def test_steps(text: str, expected: tuple[Step, ...]) -> None:
    assert steps(text) == expected


def test_prefixes_are_no_references_of_their_own() -> None:
    assert roots(["a.b.id", "a.b", "var.x"]) == [steps("a.b.id"), steps("var.x")]


def test_modules_of_an_address() -> None:
    assert module_of('module.a["k"].module.b[1]') == (("a", "k"), ("b", 1))


def instance(name: str, key: Any = None, module: str = "", type_: str = "t") -> Instance:
    address = f"{module}.{type_}.{name}"
    return Instance(address, module_of(module), "managed", type_, name, key)


ROOT = {
    "root_module": {
        "module_calls": {
            "inner": {
                "expressions": {"given": {"references": ["t.one.id", "t.one"]}},
                "module": {"outputs": {"out": {"expression": {"references": ["t.in.id", "t.in"]}}}},
            }
        },
        "resources": [
            {
                "mode": "managed", "type": "t", "name": "user",
                "for_each_expression": {"references": ["t.many"]},
            }
        ],
    }
}  # fmt: skip
INSTANCES = [
    instance("one"),
    *(instance("many", key) for key in (0, 1)),
    instance("in", module="module.inner"),
    *(instance("user", key) for key in (0, 1)),
    instance("twice", 0),
]


@pytest.mark.parametrize(
    ("references", "key", "expected"),
    [
        pytest.param(["t.one.id", "t.one"], None, [".t.one"], id="one instance"),
        pytest.param(["t.many", "count.index"], 1, [".t.many"], id="the same key"),
        pytest.param(["t.many[0].id", "t.many[0]", "t.many"], None, [".t.many"], id="an index"),
        pytest.param(["t.many"], None, [".t.many", ".t.many"], id="every instance"),
        pytest.param(
            ["module.inner.out", "module.inner"], None, ["module.inner.t.in"], id="output"
        ),
        pytest.param(["each.value.id", "each.value"], 0, [".t.many"], id="each value"),
        pytest.param(["local.x"], None, [], id="local"),
        pytest.param(["t.gone.id", "t.gone"], None, [], id="not planned"),
    ],
)
def test_lead(references: list[str], key: Any, expected: list[str]) -> None:
    found = References(ROOT, INSTANCES).follow(instance("user", key), {"references": references})
    assert [one.instance.address for lead in found for one in lead.found] == expected


def test_a_variable_of_a_module_leads_to_its_call() -> None:
    inner = instance("in", module="module.inner")
    [lead] = References(ROOT, INSTANCES).follow(inner, {"references": ["var.given"]})
    assert [one.instance.name for one in lead.found] == ["one"]


@pytest.mark.parametrize(
    ("references", "is_open"),
    [
        pytest.param(["t.one.id", "t.one", "var.given"], False, id="an input"),
        pytest.param(["t.one.id", "t.one", "path.root"], False, id="a folder"),
        pytest.param(["t.one.id", "t.one", "local.x"], True, id="a local value"),
        pytest.param(["t.one.id", "t.one", "t.gone.id", "t.gone"], False, id="count of 0"),
        pytest.param(["t.one.id", "t.one", "data.u.read.id", "data.u.read"], False, id="was read"),
        pytest.param(["t.one.id", "t.one", "u.other.id", "u.other"], True, id="another type"),
        pytest.param(["t.one.id", "t.one", "data.u.other.id"], True, id="is read at apply"),
        pytest.param(["t.one.id", "t.one", "module.gone.out"], True, id="an output"),
        pytest.param(["t.one.id", "t.one", "module.none.out"], False, id="output of no instance"),
        pytest.param(["t.one.id", "t.one", "module.two.out"], True, id="output of one of two"),
    ],
)
def test_a_value_may_be_of_a_source_that_nobody_knows(references: list[str], is_open: bool) -> None:
    """Such as ``a ? t.one.id : local.x``: a plan has no local values ("Configuration")."""
    two = ["t.a.id", "t.a", "t.b.id", "t.b"]
    calls = {
        name: {"module": {"outputs": {"out": {"expression": {"references": two}}}}}
        for name in ("none", "two")
    }
    root = {"root_module": {**ROOT["root_module"], "module_calls": calls}}
    planned = [*INSTANCES, *(instance(name, module="module.two") for name in "ab")]
    others = {("managed", "u", "other"), ("data", "u", "other")}
    leads = References(root, planned, others)
    found = leads.follow(instance("user"), {"references": references})
    assert any(lead.is_open for lead in found) is is_open


@pytest.mark.parametrize(
    ("name", "key", "references", "expected"),
    [
        pytest.param("user", 1, ["t.many", "count.index"], [1], id="as many"),
        pytest.param("twice", 0, ["t.many", "count.index"], None, id="not as many"),
        pytest.param("user", "a", ["t.keyed", "each.key"], ["a"], id="key"),
        pytest.param("user", "c", ["t.keyed", "each.key"], None, id="no such key"),
        pytest.param("user", "a", ["t.keyed", "each.value"], ["a"], id="entry of a set"),
        pytest.param("user", "a", ["t.keyed", "each.value.vm", "each.value"], ["a", "b"], id="any"),
    ],
)
def test_the_instance_with_the_same_key(
    name: str, key: Any, references: list[str], expected: list[Any] | None
) -> None:
    """A plan does not say how an index is computed, as in ``floor(count.index / 2)``."""
    user = {"mode": "managed", "type": "t", "name": "user",
            "for_each_expression": {"references": ["var.names"]}}  # fmt: skip
    root = {"root_module": {"resources": [user]}}
    keyed = [*INSTANCES, instance("keyed", "a"), instance("keyed", "b")]
    leads = [*References(root, keyed).follow(instance(name, key), {"references": references})]
    found = [one.instance.key for lead in leads for one in lead.found]
    assert (None if any(lead.is_open for lead in leads) else found) == expected


@pytest.mark.parametrize(("given", "is_open"), [("var.x", False), ("local.x", True)])
def test_a_variable_of_a_module_is_as_open_as_what_is_given(given: str, is_open: bool) -> None:
    call = {"expressions": {"a": {"references": [given]}}, "module": {}}
    root = {"root_module": {"module_calls": {"inner": call}}}
    inner = instance("in", module="module.inner")
    leads = References(root, [inner]).follow(inner, {"references": ["var.a"]})
    assert any(lead.is_open for lead in leads) is is_open


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(["var.create", "t.gone.id"], ["in"], id="inputs and a count of 0"),
        pytest.param(["local.x"], [], id="a local value"),
    ],
)
def test_an_output_that_may_be_of_one_resource_alone(more: list[str], expected: list[str]) -> None:
    """Such as ``var.create ? t.in[0].id : t.gone[0].id``."""
    module = {"outputs": {"out": {"expression": {"references": ["t.in.id", "t.in", *more]}}}}
    call = {"expressions": {"create": {"constant_value": True}}, "module": module}
    root = {"root_module": {"module_calls": {"inner": call}}}
    leads = References(root, INSTANCES).follow(
        instance("user"), {"references": ["module.inner.out", "module.inner"]}
    )
    assert [one.instance.name for lead in leads for one in lead.found] == expected


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_plan_that_leaves_out_changes_may_leave_out_the_source(is_whole: bool) -> None:
    """Such as a deferred one: the plan is not complete then (JSON Output Format, ``complete``)."""
    found = References(ROOT, INSTANCES, frozenset() if is_whole else None)
    [lead, *more] = found.follow(instance("user"), {"references": ["t.one.id", "t.gone.id"]})
    assert (lead.is_open, [one.is_open for one in more]) == (False, [] if is_whole else [True])


def test_a_circle_of_references_ends() -> None:
    call = {"expressions": {"a": {"references": ["module.inner.out", "module.inner"]}}}
    module = {"outputs": {"out": {"expression": {"references": ["var.a"]}}}}
    circle = {"root_module": {"module_calls": {"inner": {**call, "module": module}}}}
    inner = instance("in", module="module.inner")
    [lead] = References(circle, [inner]).follow(inner, {"references": ["var.a"]})
    assert not lead.found


def test_of_a_recorded_plan_only_what_no_configuration_shows_stays_open() -> None:
    """``for_each`` over a map of names and ids: its keys are not those of what it names."""
    found = contents_of(recorded("modules-for-each-count-locals.json"))
    vms = {
        one.origin.address: one.body["properties"]["sourceResourceId"]
        for one in found.planned
        if one.origin.address.startswith("azurerm_backup_protected_vm")
    }
    still_open = {address for address, vm in vms.items() if isinstance(vm, Unknown)}
    assert still_open == {f'azurerm_backup_protected_vm.w["win-{index}"]' for index in range(3)}
    assert len(vms) == 5

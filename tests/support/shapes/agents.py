"""Shapes of agents, each with the verdict that the rules give it."""

from __future__ import annotations

from dataclasses import replace

from scanner.sim.machine import Os, Vm
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import (
    MONITOR_LINUX,
    NOT_READY_BLOB,
    NOT_READY_UNRESPONSIVE,
    READY_LINUX,
    READY_WINDOWS,
    SNAPSHOT_WINDOWS,
    AgentShape,
    ready_agent,
)
from tests.support.shapes.plot import Build, Plot, Shape
from tests.support.verdict_tables import LINUX, NOT_APPLICABLE, NOT_RUNNING, WINDOWS

OPTIONAL = "Every field is optional that ARM may leave out."
NOT_READY = "Running, instance view read: status not Ready, or no vmAgent at all → applies."
STOPPED = "VM not running (stopped, deallocated, starting…): unknown (not-running)."
LINUX_NOW = (
    "Linux: current below 2.2.53.1 applies, at or above clear; 2018-01: below 2.2.20 possible."
)
WINDOWS_NOW = "Windows: current below 2.7.41491.1010 is possible."
NUMBERS = "Versions compare number by number."
AGE = "The age of the status never changes the verdict."
NOTE = "provisionVMAgent: false on a running VM whose agent is Ready is a note."
OTHER_OS = "The other OS's cause is not-applicable."
LISTED = "A GET per VM only where no list carries the fact."


def agent(
    os: Os, shape: AgentShape | None, power: str = "running", *, provision: bool = True
) -> Build:
    def build(plot: Plot) -> Vm:
        group = plot.group()
        return group.vm(plot.name, os=os, power=power, agent=shape, provision_vm_agent=provision)

    return build


def version(os: Os, text: str) -> Build:
    return agent(os, ready_agent(text))


def listed(os: Os, shape: AgentShape | None, power: str = "running") -> Build:
    """The status listing has the agent."""

    def build(plot: Plot) -> Vm:
        assert isinstance(plot.world.status_listing_agents, set)
        plot.world.status_listing_agents.add(plot.name)
        return plot.group().vm(plot.name, os=os, power=power, agent=shape)

    return build


def listed_with_extension(plot: Plot) -> Vm:
    vm = listed("linux", ready_agent("2.2.53"))(plot)
    vm.extensions = [MONITOR_LINUX]
    return vm


def silent_with_extension(plot: Plot) -> Vm:
    vm = agent("windows", NOT_READY_UNRESPONSIVE)(plot)
    vm.extensions = [SNAPSHOT_WINDOWS]
    return vm


def without_profile(os: Os, shape: AgentShape) -> Build:
    """A VM without OS profile, such as one made from a specialised disk."""

    def build(plot: Plot) -> Vm:
        patch = {"properties": {"osProfile": ABSENT}}
        return plot.group().vm(plot.name, os=os, agent=shape, body_patch=patch)

    return build


def _linux(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(f"lin-{name}", LINUX, build, then, now, because)


def _windows(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(f"win-{name}", WINDOWS, build, then, now, because)


def _linux_version(text: str, then: str, now: str, because: str = LINUX_NOW) -> Shape:
    return _linux(text, version("linux", text), then, now, because)


def _windows_version(text: str, then: str, now: str, because: str = WINDOWS_NOW) -> Shape:
    return _windows(text, version("windows", text), then, now, because)


AGENTS = (
    _linux("absent", agent("linux", None), "applies", "applies", NOT_READY),
    _linux("mute", agent("linux", NOT_READY_UNRESPONSIVE), "applies", "applies", NOT_READY),
    _linux("blob", agent("linux", NOT_READY_BLOB), "applies", "applies", NOT_READY),
    _windows("absent", agent("windows", None), "applies", "applies", NOT_READY),
    _windows("mute", agent("windows", NOT_READY_UNRESPONSIVE), "applies", "applies", NOT_READY),
    _windows("blob", agent("windows", NOT_READY_BLOB), "applies", "applies", NOT_READY),
    _windows("mute-extension", silent_with_extension, "applies", "applies", NOT_READY),
    _windows(
        "not-provided", agent("windows", None, provision=False), "applies", "applies", NOT_READY
    ),
    _linux_version("WALinuxAgent-2.0.16", "possible", "applies"),
    _linux_version("2.2.19", "possible", "applies"),
    _linux_version("2.2.20", "clear", "applies"),
    _linux_version("2.2.53", "clear", "applies"),
    _linux_version("2.2.53.1", "clear", "clear"),
    _linux_version("2.9.1.1", "clear", "clear"),
    _linux_version("2.14.0.1", "clear", "clear"),
    _linux_version("2.2.9", "possible", "applies", NUMBERS),
    _linux_version("2.2.19.99", "possible", "applies", NUMBERS),
    _linux_version("2.2.100", "clear", "clear", NUMBERS),
    _linux_version("2.10.0.8", "clear", "clear", NUMBERS),
    _windows_version("2.6.1198.718", "clear", "possible"),
    _windows_version("2.7.41491.1009", "clear", "possible"),
    _windows_version("2.7.41491.1010", "clear", "clear"),
    _windows_version("2.7.41491.1131", "clear", "clear"),
    _windows_version("2.7.41491.999", "clear", "possible", NUMBERS),
    _windows_version("2.10.1.0", "clear", "clear", NUMBERS),
    _linux(
        "old-report",
        agent("linux", ready_agent("2.9.1.1", minutes_ago=90_000)),
        "clear",
        "clear",
        AGE,
    ),
    _windows(
        "old-report",
        agent("windows", replace(READY_WINDOWS, reported_minutes_ago=9_000)),
        "clear",
        "clear",
        AGE,
    ),
    _linux("unasked", agent("linux", READY_LINUX, provision=False), "clear", "clear", NOTE),
    _windows("unasked", agent("windows", READY_WINDOWS, provision=False), "clear", "clear", NOTE),
    _linux("stopped", agent("linux", None, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _windows("stopped", agent("windows", None, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux("deallocated", agent("linux", None, "deallocated"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux("leaving", agent("linux", None, "deallocating"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _windows("starting", agent("windows", None, "starting"), NOT_RUNNING, NOT_RUNNING, STOPPED),
    _linux(
        "starting-mute",
        agent("linux", NOT_READY_BLOB, "starting"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _linux(
        "was-ready",
        agent("linux", ready_agent("2.2.19"), "deallocated"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _windows(
        "was-ready", agent("windows", READY_WINDOWS, "stopped"), NOT_RUNNING, NOT_RUNNING, STOPPED
    ),
    _linux("listed-ready", listed("linux", READY_LINUX), "clear", "clear", LISTED),
    _linux("listed-old", listed("linux", ready_agent("2.2.20")), "clear", "applies", LISTED),
    _linux("listed-extension", listed_with_extension, "clear", "applies", LISTED),
    _windows("listed-mute", listed("windows", NOT_READY_BLOB), "applies", "applies", LISTED),
    _windows(
        "listed-off",
        listed("windows", READY_WINDOWS, "deallocated"),
        NOT_RUNNING,
        NOT_RUNNING,
        STOPPED,
    ),
    _linux("no-profile", without_profile("linux", READY_LINUX), "clear", "clear", OPTIONAL),
    _windows(
        "no-profile", without_profile("windows", NOT_READY_BLOB), "applies", "applies", OPTIONAL
    ),
    Shape(
        "linux-is-not-windows",
        WINDOWS,
        agent("linux", READY_LINUX),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
    Shape(
        "windows-is-not-linux",
        LINUX,
        agent("windows", READY_WINDOWS),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
    Shape(
        "off-windows-is-not-linux",
        LINUX,
        agent("windows", None, "deallocated"),
        NOT_APPLICABLE,
        NOT_APPLICABLE,
        OTHER_OS,
    ),
)

"""Two readings of a fleet compared: which facts changed, and on which VMs. Pure."""

from scanner.inventory.changes.facts import FactChange, FleetReading, NotCompared, compare_facts

__all__ = ["FactChange", "FleetReading", "NotCompared", "compare_facts"]

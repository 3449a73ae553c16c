"""Outbound reachability from configuration: pure functions on records, no I/O."""

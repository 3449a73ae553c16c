"""The facts that a VM hands out to checks."""

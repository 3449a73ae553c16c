"""From a scope to verdicts: which subscriptions, which VMs, one subscription after another."""

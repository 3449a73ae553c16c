"""From what was found to an exit code: thresholds, baseline, waivers."""

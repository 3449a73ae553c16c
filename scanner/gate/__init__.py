"""The exit code of a report: thresholds, a baseline, waivers."""

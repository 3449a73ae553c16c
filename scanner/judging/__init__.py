"""Checks and what they find: who judges what, verdicts, symptoms, readiness."""

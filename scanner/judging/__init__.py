"""Checks and what they find: plugins, the engine, verdicts, symptoms, readiness."""

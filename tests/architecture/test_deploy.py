"""Do the files for those who run Pulsar name only what there is? Settings, commands, ports, addresses, metrics."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from fastapi.routing import APIRoute
from prometheus_client import REGISTRY

import pulsar.app  # noqa: F401 - and with it every metric
from pulsar import cli
from pulsar.engine import health_api
from pulsar.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file())
YAML = [file for file in FILES if file.suffix in {".yml", ".yaml"}]


def named(pattern: str, files: list[Path]) -> set[str]:
    return {name for file in files for name in re.findall(pattern, file.read_text())}


def documents(file: Path) -> list[Any]:
    return list(yaml.safe_load_all(file.read_text()))


def test_only_settings_that_there_are() -> None:
    known = {f"PULSAR_{name.upper()}" for name in Settings.model_fields}
    used = named(r"\bPULSAR_[A-Z_]+\b", FILES)
    assert {"PULSAR_SECRET_KEY", "PULSAR_DATABASE_URL", "PULSAR_PUBLIC_URL"} <= used
    assert used - known == set()


def test_only_commands_that_there_are() -> None:
    compose = documents(DEPLOY / "docker-compose.yml")[0]["services"]
    pods = [one for file in YAML for one in documents(file) if one.get("kind") == "Deployment"]
    typed = [service["command"] for service in compose.values() if "command" in service]
    typed += [pod["spec"]["template"]["spec"]["containers"][0]["args"] for pod in pods]
    typed += [line.split() for line in named(r"ExecStart=/opt/pulsar/bin/pulsar (.+)", FILES)]
    assert len(typed) >= 7
    for name, *options in typed:
        command = cli.main.commands[name]
        assert set(options) <= {option for parameter in command.params for option in parameter.opts}


def test_only_ports_and_addresses_of_health_that_there_are() -> None:
    known = {route.path for route in health_api.router.routes if isinstance(route, APIRoute)}
    assert named(r"/(?:healthz|readyz|health/\w+|metrics)\b", FILES) <= known
    port = Settings.model_fields["port"].default
    assert named(r"(?:containerPort: |EXPOSE |127\.0\.0\.1:)(\d+)", FILES) == {str(port)}


def test_only_metrics_that_there_are() -> None:
    known = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    known |= {f"{family.name}_total" for family in REGISTRY.collect() if family.type == "counter"}
    rules, board = DEPLOY / "prometheus/pulsar.rules.yml", DEPLOY / "grafana/pulsar.json"
    expressions = [rule["expr"] for group in documents(rules)[0]["groups"] for rule in group["rules"]]
    expressions += [target["expr"] for panel in json.loads(board.read_text())["panels"] for target in panel["targets"]]
    used = {name for expression in expressions for name in re.findall(r"\bpulsar_[a-z_]+", expression)}
    assert len(used) > 12
    assert used - known == set()


def test_what_the_parts_of_docker_compose_wait_for_is_there() -> None:
    (compose,) = documents(DEPLOY / "docker-compose.yml")
    services, example = compose["services"], (DEPLOY / "pulsar.env.example").read_text()
    assert "POSTGRES_PASSWORD=" in example
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(compose["volumes"])
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_pods_that_a_budget_or_a_service_means_are_there() -> None:
    found = [one for file in YAML for one in documents(file) if one.get("kind")]
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in found if one["kind"] == "Deployment"]
    assert len(pods) == 2
    for one in found:
        selector = one.get("spec", {}).get("selector", {})
        wanted = selector.get("matchLabels", selector)
        assert not wanted or any(wanted.items() <= labels.items() for labels in pods), one["metadata"]["name"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="Debian's package prometheus brings promtool")
def test_prometheus_takes_the_rules_and_they_fire_when_they_should() -> None:
    for arguments in (["check", "rules", "pulsar.rules.yml"], ["test", "rules", "pulsar.rules.test.yml"]):
        done = subprocess.run(["promtool", *arguments], cwd=DEPLOY / "prometheus", capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

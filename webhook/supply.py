"""`python -m webhook.supply bill | audit`: what Kelrodis is made of, and which known faults of it are accepted.

Both tools run in environments of their own, as Rasa holds the product's own packages back.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.settings import PROJECT, var_folder

PINS = PROJECT / "constraints.txt"
ACCEPTED = PROJECT / "docs" / "accepted-findings.yml"
OK, FAULT, NOT_AUDITED = 0, 1, 3
_BILL_TOOL, _AUDIT_TOOL = "cyclonedx-bom==7.5.0", "pip-audit==2.10.1"
# They come with the environment and take no part in serving.
_INSTALLERS = frozenset({"pip", "uv"})
_SECONDS = 600


@dataclass(frozen=True)
class Finding:
    """A known fault of a package in the version that is pinned. names: its id and every other id that it goes by."""

    package: str
    version: str
    names: frozenset[str]


@dataclass(frozen=True)
class Accepted:
    """Known faults of one package that cannot be reached here. since: ISO date on which this was decided."""

    package: str
    version: str
    since: str
    why: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """What an audit found. skipped: packages that the service said nothing of."""

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]


class NotAudited(Exception):
    """The service of known faults does not answer, so that nothing is known: neither good nor bad."""


class ToolFault(Exception):
    """A tool could not be fetched or did not do its work."""


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 3 when nothing could be audited, which is no pass."""
    parser = argparse.ArgumentParser(prog="python -m webhook.supply", description=__doc__)
    parser.add_argument("command", choices=("bill", "audit"))
    command = parser.parse_args(arguments).command
    try:
        return _write_bill(var_folder() / "bom.json") if command == "bill" else _audit()
    except NotAudited as fault:
        print(f"NOT AUDITED: {fault}", file=sys.stderr)
        return NOT_AUDITED
    except ToolFault as fault:
        print(fault, file=sys.stderr)
        return FAULT


def _write_bill(path: Path) -> int:
    """The CycloneDX bill of materials of the environment that serves, with licences and who needs whom."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tool = ("cyclonedx-py", "environment", "--pyproject", str(PROJECT / "pyproject.toml"), "--output-reproducible")
    _run(_BILL_TOOL, *tool, "--output-format", "JSON", "--output-file", str(path), sys.executable)
    stray = unpinned(json.loads(path.read_text("utf-8")), read_pins(PINS))
    if stray:
        raise ToolFault(f"installed, and so in {path.name}, but not pinned and not audited: {', '.join(stray)}")
    print(path)
    return OK


def unpinned(bill: Mapping[str, Any], pins: Mapping[str, str]) -> tuple[str, ...]:
    """What a bill has and the pins have not, or in another version; an audit of the pins would miss it."""
    listed = ((_plain(part["name"]), str(part.get("version", "")).split("+")[0]) for part in bill["components"])
    return tuple(
        f"{name} {version}" for name, version in listed if name not in _INSTALLERS and pins.get(name) != version
    )


def _audit() -> int:
    audit = read_audit(_run(_AUDIT_TOOL, *_questions()))
    faults = faults_of(audit, read_accepted(ACCEPTED))
    print("\n".join(faults) or f"{len(audit.findings)} known faults, each of them accepted in {ACCEPTED.name}")
    return FAULT if faults else OK


def _questions() -> tuple[str, ...]:
    return (
        "pip-audit", "--requirement", str(PINS), "--no-deps", "--disable-pip", "--vulnerability-service", "pypi",
        "--format", "json", "--progress-spinner", "off",
    )  # fmt: skip


def _run(package: str, *command: str) -> str:
    """What a tool prints. pip-audit ends in 1 when it finds something, so its output decides."""
    uv = Path(sys.prefix) / "bin" / "uv"
    # The tool sees its own packages only, whatever the caller's environment adds.
    setting = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "UV_CONSTRAINT")}
    try:
        done = subprocess.run(
            [str(uv), "tool", "run", "--quiet", "--from", package, *command],
            cwd=PROJECT, env=setting, capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise ToolFault(f"{command[0]} could not be run ({type(fault).__name__})") from fault
    if done.returncode > 1 or (done.returncode and package != _AUDIT_TOOL):
        raise ToolFault(f"{command[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def read_audit(output: str) -> Audit:
    """Read pip-audit's JSON. It calls it a success when it could ask about nothing; here that is NotAudited."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise NotAudited("the service of known faults cannot be reached") from None
    skipped = tuple(package["name"] for package in packages if "skip_reason" in package)
    if len(skipped) == len(packages):
        raise NotAudited("the service of known faults knows none of the packages")
    findings = tuple(
        Finding(_plain(package["name"]), package["version"], frozenset((fault["id"], *fault.get("aliases", ()))))
        for package in packages
        for fault in package.get("vulns", ())
    )
    return Audit(findings, skipped)


def faults_of(audit: Audit, accepted: Collection[Accepted]) -> tuple[str, ...]:
    """What must be done: findings that nobody accepted, accepted ones that are gone, packages nobody looked at."""
    known = {(group.package, name) for group in accepted for name in group.ids}
    found = {(finding.package, name) for finding in audit.findings for name in finding.names}
    return (
        *(
            f"{finding.package} {finding.version}: {', '.join(sorted(finding.names))} is not accepted"
            for finding in audit.findings
            if not any((finding.package, name) in known for name in finding.names)
        ),
        *(f"{package}: {name} is no longer found; take it off the list" for package, name in sorted(known - found)),
        *(f"{package}: could not be audited" for package in audit.skipped),
    )


def outdated(accepted: Iterable[Accepted], pins: Mapping[str, str]) -> tuple[str, ...]:
    """Accepted packages that are pinned in another version than the one that was thought about, or not at all."""
    return tuple(f"{group.package} {group.version}" for group in accepted if pins.get(group.package) != group.version)


def read_accepted(path: Path) -> tuple[Accepted, ...]:
    """The list of accepted findings, a group for each package and reason."""
    groups = yaml.safe_load(path.read_text("utf-8"))["accepted"]
    return tuple(
        Accepted(group["package"], group["version"], str(group["since"]), group["why"], tuple(group["ids"]))
        for group in groups
    )


def read_pins(path: Path) -> dict[str, str]:
    """Versions by package, as pinned."""
    return dict(line.split("==", 1) for line in path.read_text("utf-8").split())


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main())

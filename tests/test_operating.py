"""The examples for who runs the service keep the guide's promises, and name only commands and settings that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "operating"
UNITS = sorted((*EXAMPLES.glob("*.service"), *EXAMPLES.glob("*.timer")))
GUIDES = [
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "SECURITY.md",
    ROOT / "README.md",
    *UNITS,
    EXAMPLES / "kelrodis-do",
]
COMMAND = re.compile(r"python(?: -W ignore)? -m (webhook|index|bot) ([a-z]+)(?= |`|$|\")", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]+")


def text_of(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def help_of(package: str, command: str) -> str:
    asked = [sys.executable, "-W", "ignore", "-m", package, command, "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{package} {command}: {done.stderr[-200:]}"
    return done.stdout


def test_every_command_that_a_guide_shows_exists_with_its_options() -> None:
    shown: dict[tuple[str, str], set[str]] = {}
    for path in GUIDES:
        for line in path.read_text(encoding="utf-8").splitlines():
            for found in COMMAND.finditer(line):
                options = OPTION.findall(line[found.end() :].split("`")[0].split("#")[0])
                shown.setdefault((found[1], found[2]), set()).update(options)
    assert {("webhook", "backup"), ("webhook", "restore"), ("webhook", "probe"), ("index", "import")} <= set(shown)
    for (package, command), options in shown.items():
        if (package, command) in (("webhook", "unavailable"), ("webhook", "staff"), ("bot", "parse")):
            continue  # no options, or those of a command below it
        told = help_of(package, command)
        assert [option for option in options if option not in told] == [], f"{package} {command}"


def test_the_server_may_write_its_own_folder_only_and_reach_this_machine_only() -> None:
    unit = text_of("kelrodis.service")
    for line in (
        "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "IPAddressDeny=any",
        "IPAddressAllow=localhost", "StateDirectory=kelrodis", "UMask=0077", "LimitCORE=0", "MemorySwapMax=0",
    ):  # fmt: skip
        assert line in unit.splitlines(), line
    assert "ReadWritePaths" not in unit


def test_what_runs_by_itself_takes_the_settings_of_the_service_and_one_failure_does_not_stop_the_other() -> None:
    services = {path.stem for path in EXAMPLES.glob("*.service")}
    assert services - {"kelrodis"} == {path.stem for path in EXAMPLES.glob("*.timer")}
    for name in services:
        assert "EnvironmentFile=/etc/kelrodis/environment" in text_of(f"{name}.service"), name
    assert "webhook audit trim" in text_of("kelrodis-trim.service")
    assert "webhook audit trim" not in text_of("kelrodis-backup.service")
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES.iterdir() if f"(operating/{path.name})" not in guide] == []
    enabled = re.search(r"systemctl enable --now (.+)", guide)
    assert enabled
    assert set(enabled[1].split()) == {"kelrodis.service", *(path.name for path in EXAMPLES.glob("*.timer"))}


def test_what_stands_in_the_settings_file_is_a_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"^(\w+)=", text_of("environment"), re.MULTILINE)
    assert "KELRODIS_VAR" in names
    assert [name for name in names if f"| `{name}` |" not in readme] == []


def test_nginx_keeps_no_access_log_no_body_in_a_file_and_no_door_to_the_figures() -> None:
    said = without_comments(text_of("nginx.conf"))
    assert set(re.findall(r"access_log\s+(.+);", said)) == {"off"}
    assert said.count("access_log off;") == said.count("server {")
    buffer = re.compile(r"client_body_buffer_size (\d+)k;")
    server, *locations = re.split(r"^    location ", said, flags=re.MULTILINE)
    for block in (server, *locations):
        held = int((buffer.search(block) or buffer.search(server))[1])  # type: ignore[index]
        assert all(int(size) <= held for size in re.findall(r"client_max_body_size (\d+)k;", block))
    assert "proxy_max_temp_file_size 0;" in said
    assert "location = /metrics { return 404; }" in said
    assert said.count("X-Forwarded-For $remote_addr;") == said.count("proxy_pass ")


def test_caddy_keeps_no_access_log_and_no_door_to_the_figures() -> None:
    said = without_comments(text_of("Caddyfile"))
    site = said.split("kelrodis.example.lt {")[1]
    assert not re.search(r"^\s*log\b", site, re.MULTILINE)
    assert "respond /metrics 404" in site
    assert "request delete" in said


def test_proxies_let_whole_batches_of_platforms_through() -> None:
    nginx = without_comments(text_of("nginx.conf")).split("location /channels/ {")[1].split("}")[0]
    assert "client_max_body_size 1024k;" in nginx
    caddy = without_comments(text_of("Caddyfile")).split("@platforms path /channels/*")[1].split("}")[0]
    assert "max_size 1MiB" in caddy


def test_where_platforms_are_connected_the_internet_is_open_and_the_own_network_shut() -> None:
    lines = without_comments(text_of("kelrodis-platforms.conf")).split("\n")
    first, second = (line for line in lines if line.startswith("IPAddressDeny="))
    assert first == "IPAddressDeny="
    networks = [ip_network(network) for network in second.removeprefix("IPAddressDeny=").split()]
    for shut in ("10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "fd00::1"):
        assert any(ip_address(shut) in network for network in networks), shut
    assert not [network for network in networks if network.is_global]
    assert not [line for line in lines if line.startswith("IPAddressAllow=")]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_units(unit: Path, tmp_path: Path) -> None:
    """With this interpreter in place of the service's; where systemd is not installed, as far as reading goes."""
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/srv/kelrodis/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    (tmp_path / "kelrodis.service.d").mkdir()
    shutil.copy(EXAMPLES / "kelrodis-platforms.conf", tmp_path / "kelrodis.service.d" / "platforms.conf")
    assert "[Unit]" in unit.read_text(encoding="utf-8")
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)]
        done = subprocess.run(
            command, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_the_audit_is_part_of_ci_and_an_unanswered_one_is_told_at_the_end() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ci.index("webhook.supply bill") < ci.index("webhook.supply audit") < ci.index("make test")
    assert "NOT AUDITED" in ci.split("make test")[1]

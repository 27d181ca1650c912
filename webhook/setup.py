"""`python3 webhook/setup.py`: sets everything up that is missing, step by step; needs the standard library only.

Every step leaves either its whole result or nothing, so that it may be stopped and started again at any time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "kelrodis-dependencies"
# What the environment, the encoder, the index and their caches take together, with room to build.
NEEDED_GIGABYTES = 9
WANTED = (3, 11)


class Trouble(Exception):
    """Something is missing; the message says what to do."""


def main():
    begin = time.monotonic()
    steps = (
        ("environment", environment),
        ("dependencies", dependencies),
        ("encoder", lambda: module("nlu", "encoder")),
        ("directory and index", directory),
        ("dialogue", lambda: module("bot", "train")),
    )
    for number, (name, step) in enumerate(steps, 1):
        print("[%d/%d] %s" % (number, len(steps), name), flush=True)
        try:
            step()
        except Trouble as trouble:
            print("\nSet-up stopped at: %s.\n%s" % (name, trouble), file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopped. Run the same command again; it goes on where it was.", file=sys.stderr)
            return 130
    print("set-up done in %.0f s" % (time.monotonic() - begin), flush=True)
    return 0


def environment():
    """A virtual environment of Python 3.11 with uv in it."""
    if STAMP.exists() and PYTHON.exists():
        return
    check_disk()
    if not PYTHON.exists():
        make_environment()
    if not (VENV / "bin" / "uv").exists():
        run([str(PYTHON), "-m", "pip", "install", "--quiet", "uv"], "uv could not be installed. Is there a network?")


def check_disk():
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < NEEDED_GIGABYTES:
        raise Trouble(
            "%.1f GB are free and about %d GB are needed. Make room, or clone to another disk."
            % (free, NEEDED_GIGABYTES)
        )


def make_environment():
    found = python_3_11()
    if found:
        run([found, "-m", "venv", str(VENV)], "The environment could not be made: is python3-venv installed?")
        return
    print("    Python 3.11 was not found here; uv will fetch it", flush=True)
    uv = shutil.which("uv") or fetch_uv()
    run(
        [uv, "venv", "--seed", "--allow-existing", "--python", "3.11", str(VENV)],
        "There is no Python 3.11, and it could not be fetched. Install it (on Debian: python3.11 and python3.11-venv).",
    )


def python_3_11():
    """The first of python3, python3.11 and this interpreter that is 3.11."""
    for name in ("python3.11", "python3", sys.executable):
        path = shutil.which(name)
        if path:
            asked = subprocess.run(
                [path, "-c", "import sys; print(sys.version_info[:2] == (3, 11))"], capture_output=True, text=True
            )
            if asked.stdout.strip() == "True":
                return path
    return None


def fetch_uv():
    helper = ROOT / "var" / "uv"
    run([sys.executable, "-m", "venv", str(helper)], "There is neither Python 3.11 nor a way to make an environment.")
    run([str(helper / "bin" / "pip"), "install", "--quiet", "uv"], "uv could not be installed. Is there a network?")
    return str(helper / "bin" / "uv")


def dependencies():
    """Everything in constraints.txt, in exactly those versions."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    check_disk()
    setting = dict(os.environ)
    # uv does not read pip's configuration, where a CPU build of torch may be named.
    links = setting.get("PIP_FIND_LINKS")
    if links:
        setting.setdefault("UV_FIND_LINKS", links)
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), "--compile-bytecode"]
    run(
        [*command, "-e", ".[dev]", "-c", "constraints.txt"],
        "Packages could not be installed. Check the network; elsewhere than here UV_TORCH_BACKEND=cpu keeps torch small.",
        setting,
    )
    STAMP.write_text(wanted)


def fingerprint():
    content = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return hashlib.sha256(content).hexdigest()


def directory():
    """The directory's files and the index. A faulty file must not take down a service that has an older index."""
    try:
        module("index", "build")
    except Trouble:
        if not (Path(os.environ.get("KELRODIS_VAR") or ROOT / "var") / "index" / "current").exists():
            raise
        print("    the directory and index from before go on being used; mend what stands above", file=sys.stderr)


def module(name, command):
    """A step of the product's own, in the new environment; it says itself what is wrong."""
    setting = dict(os.environ)
    # Compiled files make the next start half as long.
    setting.pop("PYTHONDONTWRITEBYTECODE", None)
    run([str(PYTHON), "-W", "ignore", "-m", name, command], "What stands above says what is missing.", setting)


def run(command, advice, setting=None):
    if subprocess.run(command, cwd=str(ROOT), env=setting).returncode != 0:
        raise Trouble(advice)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m nlu encoder`: builds the sentence encoder under `var/` where it is missing."""

from __future__ import annotations

import argparse
import sys

from nlu.encoder.building import build
from nlu.errors import NluError
from nlu.settings import EncoderSettings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m nlu", description=__doc__)
    parser.add_argument("command", choices=["encoder"])
    parser.parse_args()
    try:
        build(EncoderSettings.from_environment(), progress=lambda step: print(f"    {step}", flush=True))
    except NluError as fault:
        print(f"The encoder could not be built. {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Asks Kelrodis over its generic signed webhook, with nothing but Python's own library.

    KELRODIS_ADDRESS=https://example.org KELRODIS_GENERIC_SECRET=… python generic_webhook.py "where to get food"

Prints the messages of the answer, where they come in the response. Where KELRODIS_GENERIC_URL is set they are sent to
that address instead: check each of them with `is_genuine`, and acknowledge with a 2xx.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
import uuid
from typing import Any
from urllib.request import Request, urlopen

WINDOW_SECONDS = 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """64 hexadecimal digits over the time, a point and the body, exactly as it is sent."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_genuine(secret: str, timestamp: str, body: bytes, given: str) -> bool:
    """Whether an answer that came to your address is ours, and no old one that somebody sends again."""
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > WINDOW_SECONDS:
        return False
    return hmac.compare_digest(signature(secret, timestamp, body), given)


def ask(address: str, secret: str, conversation: str, text: str) -> list[dict[str, Any]]:
    """Send one message of one person. The messages of the answer; none where they are sent to your address."""
    message = {"message_id": uuid.uuid4().hex, "conversation": conversation, "text": text}
    body = json.dumps(message).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Kelrodis-Timestamp": timestamp,
        "X-Kelrodis-Signature": signature(secret, timestamp, body),
    }
    with urlopen(Request(f"{address}/channels/generic", body, headers), timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
    found: list[dict[str, Any]] = answer.get("messages", [])
    return found


if __name__ == "__main__":
    for said in ask(
        os.environ["KELRODIS_ADDRESS"], os.environ["KELRODIS_GENERIC_SECRET"], uuid.uuid4().hex, " ".join(sys.argv[1:])
    ):
        print(said["text"], end="\n\n")

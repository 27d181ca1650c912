"""The production server: waitress, one process, several threads."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any

from flask import Flask
from waitress.server import create_server

from index.errors import FinderFault, ForeignEncoder, IndexMissing
from index.records import Directory
from nlu.errors import EncoderUnavailable, NluError
from webhook.app import create_app
from webhook.connectors.door import disconnect
from webhook.parts import Finder, Missing, Talker
from webhook.settings import SettingFault, Settings
from webhook.storage.database import Storage, open_storage
from webhook.unavailable import renew_page

_log = logging.getLogger("webhook")
# Larger bodies are refused while they arrive; between this and the body limit the answer is the contract's.
_MOST_RECEIVED = 8 * 1024 * 1024
_LEVELS = frozenset({"INFO", "WARNING", "ERROR"})
_REASONS: dict[type[Exception], str] = {
    IndexMissing: "index_missing",
    ForeignEncoder: "foreign_encoder",
    EncoderUnavailable: "encoder_missing",
}


def main() -> int:
    """Open the parts, serve until SIGTERM or Ctrl-C, close the parts. Returns the exit status."""
    try:
        settings = Settings.from_environment()
        _start_logging(settings.log_level)
        index = open_index()
        assistant = start_assistant(index, settings.conversation_minutes)
        app = create_app(settings, assistant, index, open_kept())
        renew_page(settings)
    except SettingFault as fault:
        print(fault, file=sys.stderr)
        return 2
    try:
        serve(app, settings)
    except OSError as fault:
        print(f"Cannot listen on {settings.host}:{settings.port}: {fault.strerror}", file=sys.stderr)
        return 1
    finally:
        disconnect(app)
        if not isinstance(assistant, Missing):
            assistant.close()  # type: ignore[attr-defined]  # a Talker that we started ourselves
    return 0


def open_index() -> Finder | Missing:
    """The built index, or what is missing, with the directory where that can still be read."""
    from index.search import ServiceIndex

    try:
        return ServiceIndex.open()
    except (FinderFault, NluError) as fault:
        reason = _REASONS.get(type(fault), "index_missing")
        _log.error("search does not work (%s); run make setup", reason)
        return Missing(reason, _directory_alone())
    except Exception as fault:  # noqa: BLE001  # a server that says what is missing is better than none
        _log.error("search does not work (%s)", type(fault).__name__)
        return Missing("index_unreadable", _directory_alone())


def open_kept() -> Storage | Missing:
    """The database of accounts and counts; the chat works without it."""
    try:
        return open_storage()
    except Exception as fault:  # noqa: BLE001  # whatever is wrong with the database, people must be answered
        _log.error("accounts and counts do not work (%s)", type(fault).__name__)
        return Missing("storage_missing")


def start_assistant(index: Finder | Missing, minutes: int) -> Talker | Missing:
    """The dialogue on top of the index, which forgets after so many idle minutes; or what is missing."""
    if isinstance(index, Missing):
        return Missing(index.reason)
    from bot.assistant import Assistant

    try:
        return Assistant.start(index, idle=minutes * 60.0)  # type: ignore[arg-type]  # open_index made it
    except Exception as fault:  # noqa: BLE001  # search and pages work without the dialogue
        _log.error("the dialogue does not work (%s); run make setup", type(fault).__name__)
        return Missing("dialogue_missing")


def _directory_alone() -> Directory | None:
    from index.directory.database import open_database
    from index.directory.reading import read_directory
    from index.directory.starter import read_starter

    try:
        stored = read_directory(open_database())
        return stored if stored.helplines else read_starter()
    except Exception as fault:  # noqa: BLE001  # then errors go out without help lines
        _log.error("the directory cannot be read either (%s)", type(fault).__name__)
        return None


def serve(app: Flask, settings: Settings) -> None:
    """Answer until a signal comes; what is being answered then is finished first. Raises OSError for a taken port."""
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=_MOST_RECEIVED,
        clear_untrusted_proxy_headers=False,  # TrustedProxies decides whom to believe
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    address = f"http://{_shown_host(settings.host)}:{server.effective_port}"
    threading.Thread(target=_announce, args=(address,), name="announcing", daemon=True).start()
    server.run()
    for channel in list(server.active_channels.values()):
        channel.handle_write()
    server.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _shown_host(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # compared, not bound to
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _announce(address: str) -> None:
    """Say `ready:` once the server really answers."""
    opener: Any = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            with opener.open(f"{address}/healthz", timeout=5):
                print(f"ready: {address}", flush=True)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _start_logging(level: str) -> None:
    if level.upper() not in _LEVELS:
        raise SettingFault("KELRODIS_LOG_LEVEL must be INFO, WARNING or ERROR")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("webhook").setLevel(level.upper())
    # At this level some libraries write down what people say, and set it for themselves.
    logging.disable(logging.DEBUG)

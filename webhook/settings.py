"""What can be set from outside: every environment variable of the web server, with its meaning and default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any


class SettingFault(ValueError):
    """An environment variable holds what it must not; the message names it."""


def _setting(variable: str, default: Any, about: str) -> Any:
    return field(default=default, metadata={"variable": variable, "about": about})


@dataclass(frozen=True)
class Settings:
    """The settings of one process. Limits are in the notation of the `limits` library: `60/minute;1000/hour`."""

    host: str = _setting("KELRODIS_HOST", "127.0.0.1", "address to listen on")
    port: int = _setting("PORT", 8080, "port to listen on")
    threads: int = _setting("KELRODIS_THREADS", 8, "requests answered at the same time")
    trusted_proxies: tuple[str, ...] = _setting(
        "KELRODIS_TRUSTED_PROXIES", (), "addresses or networks of proxies whose X-Forwarded-For is believed"
    )
    cors_sites: tuple[str, ...] = _setting(
        "KELRODIS_CORS_SITES", (), "sites (https://www.example.lt) whose pages may call the API"
    )
    frame_sites: tuple[str, ...] = _setting(
        "KELRODIS_FRAME_SITES", (), "sites whose pages may show the chat in an iframe"
    )
    public_url: str | None = _setting(
        "KELRODIS_PUBLIC_URL", None, "the address that people know (https://…), for QR codes; else the one they came by"
    )
    exit_url: str = _setting("KELRODIS_EXIT_URL", "https://www.meteo.lt/", "where Exit leads: a page nobody minds")
    accent: str = _setting("KELRODIS_ACCENT", "#0b4f6c", "the one colour of links and buttons, as #rrggbb")
    controller: str | None = _setting("KELRODIS_CONTROLLER", None, "who answers for personal data, for /privacy")
    data_officer: str | None = _setting("KELRODIS_DATA_OFFICER", None, "contact of the data-protection officer")
    supervisory_authority: str | None = _setting(
        "KELRODIS_SUPERVISORY_AUTHORITY",
        None,
        "who hears complaints on personal data; else Lithuania's inspectorate",
    )
    accessibility_contact: str | None = _setting(
        "KELRODIS_ACCESSIBILITY_CONTACT", None, "who is told about barriers, for /accessibility"
    )
    sender_limit: str = _setting("KELRODIS_SENDER_LIMIT", "20/minute;300/hour", "chat messages of one conversation")
    chat_limit: str = _setting("KELRODIS_CHAT_LIMIT", "60/minute;1200/hour", "chat messages from one address")
    search_limit: str = _setting("KELRODIS_SEARCH_LIMIT", "120/minute;2400/hour", "searches from one address")
    report_limit: str = _setting("KELRODIS_REPORT_LIMIT", "20/minute;100/hour", "reports and feedback from one address")
    other_limit: str = _setting("KELRODIS_OTHER_LIMIT", "300/minute", "everything else from one address, per route")
    loopback_limit: str = _setting("KELRODIS_LOOPBACK_LIMIT", "60000/minute", "all of these from this machine itself")
    body_limit: int = _setting("KELRODIS_BODY_LIMIT", 32 * 1024, "bytes of a request's body")
    log_level: str = _setting("KELRODIS_LOG_LEVEL", "INFO", "INFO, WARNING or ERROR; no level shows message text")
    metrics_token: str | None = _setting(
        "KELRODIS_METRICS_TOKEN", None, "bearer token that opens /metrics to other machines"
    )
    secret_key: str | None = _setting(
        "KELRODIS_SECRET_KEY", None, "signs the page's cookie; without it a new one is made at each start"
    )
    conversation_minutes: int = _setting(
        "KELRODIS_CONVERSATION_MINUTES", 30, "idle minutes after which a conversation is forgotten"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables; empty ones count as absent. Raises SettingFault."""
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for setting in fields(cls):
            text = given.get(setting.metadata["variable"], "").strip()
            if text:
                values[setting.name] = _read(setting, text)
        return cls(**values)

    def signing_key(self) -> str:
        """The secret that signs cookies: the one given, else a random one."""
        return self.secret_key or secrets.token_hex(32)


def _read(setting: Field[Any], text: str) -> Any:
    if isinstance(setting.default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(setting.default, int):
        if not text.isdecimal():
            raise SettingFault(f"{setting.metadata['variable']} must be a whole number: {setting.metadata['about']}")
        return int(text)
    return text

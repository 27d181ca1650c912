"""What can be set from outside: every environment variable of the web server, with its meaning and default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from typing import Any

from nlu.settings import var_folder

_ONLY_OWNER = 0o600


class SettingFault(ValueError):
    """An environment variable holds what it must not; the message names it."""


def _setting(variable: str, default: Any, about: str) -> Any:
    return field(default=default, repr=False, metadata={"variable": variable, "about": about})


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
    staff_limit: str = _setting("KELRODIS_STAFF_LIMIT", "1200/minute", "look-ups of staff from one address, by letter")
    other_limit: str = _setting("KELRODIS_OTHER_LIMIT", "300/minute", "everything else from one address, per route")
    loopback_limit: str = _setting("KELRODIS_LOOPBACK_LIMIT", "60000/minute", "all of these from this machine itself")
    body_limit: int = _setting("KELRODIS_BODY_LIMIT", 32 * 1024, "bytes of a request's body")
    log_level: str = _setting("KELRODIS_LOG_LEVEL", "INFO", "INFO, WARNING or ERROR; no level shows message text")
    metrics_token: str | None = _setting(
        "KELRODIS_METRICS_TOKEN", None, "bearer token that opens /metrics to other machines"
    )
    secret_key: str | None = _setting(
        "KELRODIS_SECRET_KEY", None, "signs cookies and links and encrypts staff's secrets; else kept in var/secret.key"
    )
    conversation_minutes: int = _setting(
        "KELRODIS_CONVERSATION_MINUTES", 30, "idle minutes after which a conversation is forgotten"
    )

    staff_idle_minutes: int = _setting("KELRODIS_STAFF_IDLE_MINUTES", 30, "unused minutes that end a staff session")
    staff_session_minutes: int = _setting("KELRODIS_STAFF_SESSION_MINUTES", 600, "minutes that end any staff session")
    staff_lock_failures: int = _setting("KELRODIS_STAFF_LOCK_FAILURES", 5, "wrong sign-ins in a row that lock a name")
    staff_lock_minutes: int = _setting(
        "KELRODIS_STAFF_LOCK_MINUTES", 5, "minutes of the first lock; each further one is twice as long"
    )
    staff_address_failures: int = _setting(
        "KELRODIS_STAFF_ADDRESS_FAILURES", 30, "wrong sign-ins from one address that lock it for unknown browsers"
    )
    staff_link_hours: int = _setting("KELRODIS_STAFF_LINK_HOURS", 72, "hours in which an enrolment link can be used")
    audit_days: int = _setting("KELRODIS_AUDIT_DAYS", 730, "days that the log of staff is kept; 30 at least")

    channel_sender_limit: str = _setting(
        "KELRODIS_CHANNEL_SENDER_LIMIT", "20/minute;300/hour", "messages of one person of a messaging platform"
    )
    channel_limit: str = _setting(
        "KELRODIS_CHANNEL_LIMIT", "600/minute", "messages of all messaging platforms together"
    )
    generic_secret: str | None = _setting("KELRODIS_GENERIC_SECRET", None, "signs the generic webhook, both ways")
    generic_url: str | None = _setting(
        "KELRODIS_GENERIC_URL", None, "where answers of the generic webhook go; else they are in the response"
    )
    telegram_token: str | None = _setting("KELRODIS_TELEGRAM_TOKEN", None, "the bot's token, from BotFather")
    telegram_secret: str | None = _setting(
        "KELRODIS_TELEGRAM_SECRET", None, "secret token that Telegram sends with each update: 1 to 256 of A-Za-z0-9_-"
    )
    telegram_api: str = _setting("KELRODIS_TELEGRAM_API", "https://api.telegram.org", "address of the Bot API")
    messenger_secret: str | None = _setting(
        "KELRODIS_MESSENGER_SECRET", None, "app secret that signs Messenger's events"
    )
    messenger_token: str | None = _setting("KELRODIS_MESSENGER_TOKEN", None, "access token of the Facebook page")
    messenger_verify: str | None = _setting("KELRODIS_MESSENGER_VERIFY", None, "verify token of Messenger's handshake")
    whatsapp_secret: str | None = _setting("KELRODIS_WHATSAPP_SECRET", None, "app secret that signs WhatsApp's events")
    whatsapp_token: str | None = _setting(
        "KELRODIS_WHATSAPP_TOKEN", None, "access token of the WhatsApp business account"
    )
    whatsapp_phone_id: str | None = _setting(
        "KELRODIS_WHATSAPP_PHONE_ID", None, "id of the number that the bot writes from"
    )
    whatsapp_verify: str | None = _setting("KELRODIS_WHATSAPP_VERIFY", None, "verify token of WhatsApp's handshake")
    graph_api: str = _setting(
        "KELRODIS_GRAPH_API", "https://graph.facebook.com/v23.0", "address of Meta's Graph API, with its version"
    )
    viber_token: str | None = _setting("KELRODIS_VIBER_TOKEN", None, "the bot's token, which also signs Viber's events")
    viber_api: str = _setting("KELRODIS_VIBER_API", "https://chatapi.viber.com/pa", "address of Viber's bot API")
    chatwoot_url: str | None = _setting("KELRODIS_CHATWOOT_URL", None, "address of the Chatwoot installation")
    chatwoot_token: str | None = _setting("KELRODIS_CHATWOOT_TOKEN", None, "access token of the agent bot")
    chatwoot_secret: str | None = _setting("KELRODIS_CHATWOOT_SECRET", None, "secret of the agent bot's webhook")
    desk_hours: str | None = _setting(
        "KELRODIS_DESK_HOURS",
        None,
        "when a person of the desk answers (Mo-Fr 08:00-17:00); without it nobody is handed over",
    )
    desk_url: str | None = _setting("KELRODIS_DESK_URL", None, "where conversations that the desk takes over are sent")
    desk_secret: str | None = _setting("KELRODIS_DESK_SECRET", None, "signs what goes to the desk and comes from it")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables; empty ones count as absent. Raises SettingFault."""
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for setting in fields(cls):
            text = given.get(setting.metadata["variable"], "").strip()
            if text:
                values[setting.name] = _read(setting, text)
        if environment is None and not values.get("secret_key"):
            values["secret_key"] = kept_key()
        return cls(**values)

    def signing_key(self) -> str:
        """The secret that signs cookies: the one given, else a random one."""
        return self.secret_key or secrets.token_hex(32)


def kept_key() -> str | None:
    """The secret of `var/secret.key`, made at the first start; None where that folder cannot be written."""
    path = var_folder() / "secret.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole before it has its name: two processes that start at once agree on one key.
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(_ONLY_OWNER, exist_ok=False)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        return path.read_text(encoding="ascii").strip() or None
    except OSError:
        return None


def _read(setting: Field[Any], text: str) -> Any:
    if isinstance(setting.default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(setting.default, int):
        if not text.isdecimal():
            raise SettingFault(f"{setting.metadata['variable']} must be a whole number: {setting.metadata['about']}")
        return int(text)
    return text

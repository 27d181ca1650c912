"""Which platforms are connected: those whose secrets are configured."""

from __future__ import annotations

from collections.abc import Mapping

from webhook.connectors import chatwoot, generic, messenger, telegram, viber, whatsapp
from webhook.connectors.protocol import Connector
from webhook.settings import Settings

_PLATFORMS = (generic, telegram, messenger, whatsapp, chatwoot, viber)


def configured(settings: Settings) -> Mapping[str, Connector]:
    """The connectors by their name, which is the end of their address. Raises SettingFault."""
    connectors: tuple[Connector | None, ...] = tuple(platform.connector(settings) for platform in _PLATFORMS)
    return {connector.name: connector for connector in connectors if connector}

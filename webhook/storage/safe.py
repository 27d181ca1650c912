"""What keeps secrets from whoever reads the database: digests of tokens, and encryption."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


def digest(token: str) -> str:
    """Of a random token, for which no slow hash is needed: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


class Safe:
    """Encrypts, and makes keyed digests, for one secret key."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derived("encryption")))

    def lock(self, text: str) -> str:
        """The text, encrypted and signed."""
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str | None:
        """The text again; None when it was locked with another key."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            return None

    def keyed_digest(self, text: str) -> str:
        """64 hexadecimal digits that nobody can compare with those of guessed texts."""
        return hmac.new(self._derived("digest"), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._key, f"kelrodis {purpose}".encode(), hashlib.sha256).digest()

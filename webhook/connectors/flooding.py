"""How much one person, and everybody together, may write on messaging platforms; counted in memory by digest."""

from __future__ import annotations

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from webhook.memory import Forgetting
from webhook.settings import SettingFault, Settings

_EVERYBODY = "everybody"
_TOLD_SECONDS = 60.0


class Floodgate:
    """Lets messages through, says once to whom it does not, and keeps gates of their own for danger and exit."""

    def __init__(self, settings: Settings) -> None:
        self._person = _read(settings.channel_sender_limit, "KELRODIS_CHANNEL_SENDER_LIMIT")
        self._all = _read(settings.channel_limit, "KELRODIS_CHANNEL_LIMIT")
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._told: Forgetting[bool] = Forgetting(_TOLD_SECONDS)

    def lets_through(self, person: str) -> bool:
        """Whether a message is within both limits. The person's own is counted first: a flood uses up nobody else's."""
        # Where everybody together writes too much, nobody is counted: counters would fill the memory.
        if not all(self._limiter.test(limit, "message", _EVERYBODY) for limit in self._all):
            return False
        return self._hit("message", self._person, person) and self._hit("message", self._all, _EVERYBODY)

    def lets_danger_through(self, person: str) -> bool:
        """The same for danger that was read beyond the limits; what the person wrote before takes nothing of it."""
        return self._hit("danger", self._person, person)

    def lets_leave(self, person: str) -> bool:
        """The same for "exit"."""
        return self._hit("exit", self._person, person)

    def tells(self, person: str) -> bool:
        """Whether it is now said that there were too many messages: once in a while."""
        if self._told.get(person):
            return False
        self._told.update(person, lambda _: True)
        return True

    def _hit(self, gate: str, limits: list[RateLimitItem], who: str) -> bool:
        return all(self._limiter.hit(limit, gate, who) for limit in limits)


def _read(text: str, variable: str) -> list[RateLimitItem]:
    try:
        return parse_many(text)
    except ValueError as fault:
        raise SettingFault(f"{variable} must be limits such as 20/minute;300/hour") from fault

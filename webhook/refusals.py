"""What can go wrong between a caller and us."""


class WebhookError(Exception):
    """Base of every error of this package."""


class Refusal(WebhookError):
    """A request that cannot be answered. `code` is a key of `texts.yml`, `field` the part of the body at fault."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__(code)
        self.code, self.field = code, field

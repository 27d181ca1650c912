"""Keeps people's words out of logs: Rasa prints them at debug level, and the locals of failing frames."""

from __future__ import annotations

import logging
import os
import warnings

_LOUD = ("rasa", "rasa_sdk", "tensorflow", "absl", "matplotlib", "apscheduler", "asyncio")


def silence_rasa() -> None:
    """Call before Rasa is imported, and again after a model was opened (it configures logging by itself)."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module="apscheduler|pkg_resources|rasa|jax")
    for name in _LOUD:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)


def silence_structlog() -> None:
    """Replaces Rasa's structlog by one that keeps the event's name alone: no message, no locals, no trace."""
    import structlog

    structlog.configure(
        processors=[_drop], wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(), cache_logger_on_first_use=False,
    )  # fmt: skip


def _drop(_logger: object, _name: str, _event: object) -> str:
    import structlog

    raise structlog.DropEvent

"""The web server's tables beside the directory's: accounts, audit, counts, reports, outbox. No message text."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy import Text as LongText

metadata = MetaData()

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("role", String(10), nullable=False),
    # Absent until the person has used the enrolment link.
    Column("password_hash", String(255)),
    # Encrypted with a key made of the secret key.
    Column("totp_secret", String(255)),
    # The time step of the code used last: none is accepted twice.
    Column("totp_step", Integer),
    Column("language", String(2), nullable=False),
    Column("shortcuts", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    # Sessions of an earlier generation are over.
    Column("generation", Integer, nullable=False),
    Column("enrolment_hash", String(64)),
    Column("enrolment_until", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("signed_in_at", String(32)),
)
account_scope = Table(
    "account_scope",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("value", String(200), nullable=False),
)
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", String(32)),
)
# A browser that is signed in. Its cookie holds a token; here stands the token's digest alone.
staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("begun_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
)
# Failures in a row by keyed digest of a name, known or not, or of an address: a lock tells nobody which names exist.
attempt = Table(
    "attempt",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", String(32), nullable=False, index=True),
    Column("locked_until", String(32)),
)
# Only ever added to: triggers refuse every change, and to take away what is younger than a month.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False, index=True),
    Column("actor", String(120), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(250), nullable=False),
    Column("detail", LongText, nullable=False),
)


def _count(name: str, *dimensions: Column) -> Table:
    """A day's counts; a dimension that is not known holds an empty text, so that rows stay unique."""
    names = [column.name for column in dimensions]
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("day", String(10), nullable=False, index=True),
        *dimensions,
        Column("n", Integer, nullable=False),
        UniqueConstraint("day", *names, name=f"uq_{name}"),
    )


use_count = _count(
    "use_count",
    Column("language", String(10), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("need", String(60), nullable=False),
    Column("place", String(80), nullable=False),
    Column("outcome", String(20), nullable=False),
)
lookup_count = _count(
    "lookup_count",
    Column("language", String(10), nullable=False),
    Column("need", String(60), nullable=False),
    Column("place", String(80), nullable=False),
    Column("outcome", String(20), nullable=False),
)
shown_count = _count("shown_count", Column("service_id", String(200), nullable=False))
report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("service_id", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("n", Integer, nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("handled_at", String(32)),
    Column("handled_by", String(120)),
)
Index("ix_report_service", report.c.service_id, report.c.kind)
invitation = Table(
    "invitation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("record_id", String(200), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("created_by", String(120), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
)
# Messages of platforms that have been answered: keyed digests of their ids, kept while a platform may send them again.
answered_message = Table(
    "answered_message",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("at", String(32), nullable=False, index=True),
)
# Answers on their way to a platform, for five minutes at most: keys of texts and ids of records, never words.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(20), nullable=False),
    # A keyed digest tells people apart; where the answer goes is encrypted.
    Column("person_hash", String(64), nullable=False, index=True),
    Column("recipient", LongText, nullable=False),
    Column("content", LongText, nullable=False),
    Column("urgent", Boolean, nullable=False),
    # How many of the answer's messages the platform has taken.
    Column("sent", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", Float, nullable=False, index=True),
    # Unix seconds before which nobody sends it: it waits, or a process has it in hand.
    Column("due_at", Float, nullable=False, index=True),
    sqlite_autoincrement=True,
)
# The bot's own messages on platforms that let it delete them: their ids there, of no use without the person's.
sent_message = Table(
    "sent_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_hash", String(64), nullable=False, index=True),
    Column("message_id", String(64), nullable=False),
    Column("at", String(32), nullable=False, index=True),
)
# Conversations that a person of the desk has taken over.
hand_over = Table(
    "hand_over",
    metadata,
    Column("person_hash", String(64), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("recipient", LongText, nullable=False),
    Column("language", String(2), nullable=False),
    Column("begun_at", Float, nullable=False),
    # Unix seconds since which the person waits for an answer; none while the desk has answered.
    Column("waiting_since", Float, index=True),
)

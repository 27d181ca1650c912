"""What stands in the outbox, who may take it and when, and what is forgotten."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from plain_platform import digest, letter
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from index.directory.database import Engine, OperationalError, writing
from webhook.connectors.delivery.letters import Letter
from webhook.storage import outbox, tables
from webhook.storage.database import Storage

NOW = 1_790_000_000.0
HOLD = 30.0


@pytest.fixture
def engine(storage: Storage) -> Engine:
    return storage.engine


def put(engine: Engine, key: str, *, at: float = NOW, **more: object) -> None:
    assert outbox.put(engine, key, letter(key, made_at=at, **more), at)


def take(engine: Engine, now: float = NOW, most: int = 10, channel: str = "plain") -> list[Letter]:
    return list(outbox.take_due(engine, channel, now, most, HOLD))


def keys(letters: list[Letter]) -> list[str]:
    return [one.content.cards[0] for one in letters]


def test_a_message_is_answered_once_and_its_second_answer_leaves_no_trace(engine: Engine) -> None:
    assert not outbox.is_answered(engine, "a")
    put(engine, "a")
    assert outbox.is_answered(engine, "a")
    assert not outbox.put(engine, "a", letter("again", made_at=NOW), NOW)
    assert keys(take(engine)) == ["a"]


def test_silence_is_an_answer_too(engine: Engine) -> None:
    assert outbox.put(engine, "a", None, NOW)
    assert outbox.is_answered(engine, "a")
    assert take(engine) == []


def test_a_letter_comes_out_as_it_went_in(engine: Engine) -> None:
    given = letter("a", "b", made_at=NOW + 0.123456789, urgent=True, sent=1, tries=2, erase=True)
    outbox.put(engine, "a", given, NOW)
    (found,) = take(engine, NOW + 1)
    assert found == letter("a", "b", made_at=NOW + 0.123456789, urgent=True, sent=1, tries=2, erase=True, id=found.id)


def test_either_both_are_written_or_neither(engine: Engine) -> None:
    """A letter without a person cannot be stored."""
    broken = Letter("plain", None, "x", letter("a").content, NOW)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        outbox.put(engine, "a", broken, NOW)
    assert not outbox.is_answered(engine, "a")


def test_what_one_has_in_hand_nobody_else_takes_until_it_lets_go(engine: Engine) -> None:
    put(engine, "a")
    assert keys(take(engine)) == ["a"]
    assert take(engine, NOW + HOLD - 1) == []
    assert keys(take(engine, NOW + HOLD)) == ["a"]


def test_a_persons_letters_are_taken_one_by_one_in_their_order(engine: Engine) -> None:
    for key in "abc":
        put(engine, key)
    put(engine, "other", person="7")
    first = take(engine)
    assert keys(first) == ["a", "other"]
    outbox.postpone(engine, first[0].id or 0, NOW + 5)
    assert take(engine, NOW + 4) == []
    assert keys(take(engine, NOW + 5)) == ["a"]
    outbox.remove(engine, first[0].id or 0)
    assert keys(take(engine, NOW + 5)) == ["b"]


def test_an_urgent_letter_overtakes_and_comes_before_everybody_elses(engine: Engine) -> None:
    put(engine, "other", person="7")
    put(engine, "a")
    put(engine, "danger", urgent=True)
    assert keys(take(engine, most=1)) == ["danger"]
    assert keys(take(engine)) == ["other"]


def test_what_is_in_hand_is_overtaken_by_danger(engine: Engine) -> None:
    put(engine, "a")
    assert keys(take(engine)) == ["a"]
    put(engine, "danger", urgent=True)
    assert keys(take(engine)) == ["danger"]


def test_of_several_people_the_one_tried_less_often_comes_first(engine: Engine) -> None:
    put(engine, "a")
    put(engine, "other", person="7")
    (first,) = take(engine, most=1)
    outbox.postpone(engine, first.id or 0, NOW)
    assert keys(take(engine)) == ["other", "a"]


def test_channels_do_not_see_each_others_letters(engine: Engine) -> None:
    put(engine, "a")
    put(engine, "b", channel="other")
    assert keys(take(engine, channel="other")) == ["b"]
    assert outbox.next_due(engine, "other") == NOW + HOLD
    assert outbox.next_due(engine, "none") is None


def test_threads_that_take_at_once_never_take_the_same(engine: Engine) -> None:
    for number in range(60):
        put(engine, str(number), person=str(number))
    taken: list[str] = []

    def work() -> None:
        while letters := take(engine, most=2):
            taken.extend(keys(letters))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(str(number) for number in range(60))


def test_how_far_a_letter_came_is_noted_and_keeps_it_in_hand(engine: Engine) -> None:
    put(engine, "a")
    (first,) = take(engine)
    outbox.note_sent(engine, first.id or 0, 2, NOW + 50)
    outbox.note_sent(engine, first.id or 0, 1, NOW + 10)
    assert take(engine, NOW + 49) == []
    assert take(engine, NOW + 50)[0].sent == 2


def test_what_is_older_is_removed_also_when_a_part_was_sent(engine: Engine) -> None:
    put(engine, "old", at=NOW - 301)
    put(engine, "older", at=NOW - 900, channel="other")
    put(engine, "new", person="7")
    (first, _) = take(engine)
    outbox.note_sent(engine, first.id or 0, 1, NOW)
    assert outbox.drop_older(engine, NOW - 300) == {"plain": 1, "other": 1}
    assert outbox.drop_older(engine, NOW - 300) == {}
    assert list(outbox.waiting(engine, "plain").values()) == [digest("7")]


def test_answered_messages_are_forgotten_after_two_days(engine: Engine) -> None:
    outbox.put(engine, "old", None, NOW - 49 * 3600)
    outbox.put(engine, "new", None, NOW - 47 * 3600)
    outbox.forget_answered(engine, NOW - 48 * 3600)
    assert (outbox.is_answered(engine, "old"), outbox.is_answered(engine, "new")) == (False, True)


def test_what_the_bot_said_is_known_until_it_is_deleted_or_old(engine: Engine) -> None:
    for number, at in enumerate((NOW - 49 * 3600, NOW, NOW)):
        outbox.remember_sent(engine, "person", f"m{number}", at)
    outbox.remember_sent(engine, "other", "m9", NOW)
    outbox.forget_old_sent(engine, NOW - 48 * 3600)
    assert outbox.sent_to(engine, "person") == ("m1", "m2")
    outbox.forget_sent(engine, "person", ["m1", "m9"])
    assert (outbox.sent_to(engine, "person"), outbox.sent_to(engine, "other")) == (("m2",), ("m9",))


def test_a_letter_that_cannot_be_read_is_dropped_and_keeps_nobody_waiting(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    put(engine, "a")
    put(engine, "b")
    with writing(engine) as connection:
        connection.execute(update(tables.outbox).where(tables.outbox.c.id == 1).values(content='{"secret": 1}'))
    assert take(engine) == []
    assert keys(take(engine)) == ["b"]
    assert "cannot be read" in caplog.text
    assert "secret" not in caplog.text


def test_looking_at_an_empty_outbox_writes_nothing(engine: Engine) -> None:
    """So that it never waits for an import, nor an import for it."""
    with writing(engine):
        assert take(engine) == []
        assert outbox.drop_older(engine, NOW) == {}


def test_a_locked_database_is_told_of_and_nothing_is_half_done(engine: Engine) -> None:
    engine = engine.execution_options(patience=0.1)
    put(engine, "a")
    with writing(engine):
        for act in (lambda: take(engine), lambda: outbox.put(engine, "b", None, NOW)):
            with pytest.raises(OperationalError):
                act()
    assert not outbox.is_answered(engine, "b")
    assert keys(take(engine)) == ["a"]


def test_the_outbox_holds_keys_and_ids_only(engine: Engine) -> None:
    put(engine, "vmkc.prieglobstis")
    with engine.connect() as connection:
        row = connection.execute(select(tables.outbox)).one()
    assert '"cards": ["vmkc.prieglobstis"]' in row.content
    assert row.person_hash == digest("4242")


def test_what_has_left_the_outbox_can_be_read_in_no_file(engine: Engine, tmp_path: Path) -> None:
    def written() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir())

    # As in a running server somebody always has the database open: whoever is the last to close it empties its log.
    with closing(engine.raw_connection()):
        outbox.put(engine, "a", letter("a-service-that-was-shown", made_at=NOW), NOW)
        for found in take(engine):
            outbox.remove(engine, found.id or 0)
        assert b"a-service-that-was-shown" in written(), "the log still holds it"
        outbox.leave_no_trace(engine)
        assert b"a-service-that-was-shown" not in written()

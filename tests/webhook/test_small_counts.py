"""No view of counts lets anybody see, or work out, a group of fewer than five people."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.storage.small_counts import LEAST, joined, pooled

COUNTS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 40), max_size=12)
STEPS = st.lists(st.integers(0, 30), max_size=20)


def steps(counts: Sequence[int]) -> list[tuple[str, int]]:
    return [(f"{number:02}", n) for number, n in enumerate(counts)]


@given(COUNTS)
def test_no_cell_of_a_table_holds_one_to_four(counts: dict[str, int]) -> None:
    table = pooled(counts)
    assert all(n >= LEAST for _, n in table.rows)
    assert table.rest == 0 or table.rest >= LEAST


@given(COUNTS)
def test_a_table_adds_up_to_everything_unless_everything_is_too_little(counts: dict[str, int]) -> None:
    everything = sum(counts.values())
    assert pooled(counts).total == (everything if everything >= LEAST else 0)


@given(COUNTS)
def test_a_row_that_is_shown_is_true(counts: dict[str, int]) -> None:
    assert all(counts[name] == n for name, n in pooled(counts).rows)


@given(STEPS)
def test_no_span_of_a_time_line_holds_one_to_four(counts: list[int]) -> None:
    assert all(span.n == 0 or span.n >= LEAST for span in joined(steps(counts)))


@given(STEPS)
def test_a_time_line_adds_up_and_leaves_no_step_out(counts: list[int]) -> None:
    spans = joined(steps(counts))
    if sum(counts) < LEAST:
        assert sum(span.n for span in spans) == 0
        return
    covered = [name for span in spans for name, _ in steps(counts) if span.first <= name <= span.last]
    assert covered == [name for name, _ in steps(counts)]
    for span in spans:
        assert span.n == sum(n for name, n in steps(counts) if span.first <= name <= span.last)


@pytest.mark.parametrize(
    "view",
    [lambda counts: pooled(dict(zip("abcd", counts, strict=False))), lambda counts: joined(steps(counts))],
    ids=["table", "time line"],
)
@pytest.mark.parametrize(("groups", "most"), [(2, 25), (3, 21), (4, 12)])
def test_who_knows_all_groups_and_the_rule_still_cannot_work_out_a_small_one(
    view: Callable[[Sequence[int]], Any], groups: int, most: int
) -> None:
    """Every possible table is tried: what looks the same leaves each small group two sizes at least."""
    alike = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=groups):
        alike[view(counts)].append(counts)
    # Tables whose likes may lie beyond what was tried are left out.
    whole = [tables for tables in alike.values() if max(map(sum, tables)) <= most]
    assert len(whole) > groups
    for tables in whole:
        for sizes in zip(*tables, strict=True):
            assert len(set(sizes)) > 1 or sizes[0] == 0 or sizes[0] >= LEAST


@pytest.mark.parametrize(
    ("counts", "rows", "rest"),
    [
        ({"a": 90, "b": 7, "c": 3, "d": 2}, ["a", "b"], 5),  # the small ones are enough together
        ({"a": 90, "b": 7, "c": 3}, ["a"], 10),  # the smallest of the others joins
        ({"a": 7, "b": 7, "c": 3}, [], 17),  # of two that are alike neither is left
        ({"a": 9, "b": 4, "c": 4}, [], 17),  # two that must both be four
        ({"a": 2, "b": 2}, [], 0),
        ({"a": 5, "b": 0}, ["a"], 0),
    ],
)
def test_small_groups_are_put_together(counts: dict[str, int], rows: list[str], rest: int) -> None:
    table = pooled(counts)
    assert ([name for name, _ in table.rows], table.rest) == (rows, rest)


def test_quiet_weeks_are_joined_to_the_next_and_at_the_end_to_the_one_before() -> None:
    spans = joined(steps([2, 4, 0, 9, 0, 1]))
    assert [(span.first, span.last, span.n) for span in spans] == [("00", "01", 6), ("02", "02", 0), ("03", "05", 10)]

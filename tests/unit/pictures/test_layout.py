"""Where things stand: nothing overlaps, lines go down, everything is on the page. Of any flow."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnkit.pictures import flowchart, layout, sheet
from fnkit.pictures.blocks import Card, Fork, Frame, Guard, Leaf, Loop, Stack, Way, While, cards
from fnkit.pictures.lettering import width

states = st.sampled_from(["idle", "skipped", "taken", "failed", "running"])
texts = st.text(max_size=60)
leaves = st.builds(
    lambda title, form, state, note, count: Leaf(Card("c", title, form, state, note, count)),
    texts,
    st.sampled_from(["action", "function", "decision", "dot"]),
    states,
    st.one_of(st.just(""), texts),
    st.integers(1, 2000),
)
steps = leaves.filter(lambda one: one.card.form != "dot")
labels = st.sampled_from(["", "yes", "no", "12 times"])


def nested(inner):
    ways = st.builds(Way, inner, states, labels)
    several = st.lists(inner, min_size=1, max_size=4).map(tuple)
    frames = st.builds(
        Frame, labels, st.lists(inner, min_size=1, max_size=12).map(tuple), states, labels, st.booleans()
    )
    return st.one_of(
        st.builds(Stack, st.lists(inner, max_size=4).map(tuple)),
        st.builds(Fork, st.one_of(st.none(), steps), st.lists(ways, min_size=2, max_size=4).map(tuple)),
        st.builds(Loop, several.map(Stack), states, labels),
        st.builds(While, steps, ways, st.builds(Way, st.just(Stack()), states, labels), labels),
        frames,
        st.builds(Guard, frames, ways, states),
    )


flows = st.recursive(leaves, nested, max_leaves=14)


def crossing(one, other) -> bool:
    """Whether two boxes share more than an edge."""
    return (
        min(one.x + one.width, other.x + other.width) - max(one.x, other.x) > 0.01
        and min(one.y + one.height, other.y + other.height) - max(one.y, other.y) > 0.01
    )


@settings(max_examples=60, deadline=None)
@given(flows)
def test_every_card_has_a_place_of_its_own(flow):
    placed = layout.place(flow)
    assert len(placed.boxes) == sum(1 for _ in cards(flow))
    assert not [pair for pair in combinations(placed.boxes, 2) if crossing(*pair)]


@settings(max_examples=60, deadline=None)
@given(flows)
def test_frames_lie_within_each_other_or_apart(flow):
    for one, other in combinations(layout.place(flow).panes, 2):
        inner, outer = sorted((one, other), key=lambda pane: pane.width * pane.height)
        within = (
            outer.x <= inner.x + 0.01
            and outer.y <= inner.y + 0.01
            and inner.x + inner.width <= outer.x + outer.width + 0.01
            and inner.y + inner.height <= outer.y + outer.height + 0.01
        )
        assert within or not crossing(one, other)


@settings(max_examples=60, deadline=None)
@given(flows)
def test_lines_go_down_but_for_the_ways_back(flow):
    for wire in layout.place(flow).wires:
        heights = [y for _, y in wire.points]
        if wire.course == "down":
            assert all(below >= above - 0.01 for above, below in pairwise(heights))
        else:
            assert min(heights) < heights[0]


@settings(max_examples=60, deadline=None)
@given(flows)
def test_no_line_runs_through_a_card(flow):
    placed = layout.place(flow)
    for wire in placed.wires:
        for (x1, y1), (x2, y2) in pairwise(wire.points):
            left, right, top, foot = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            for box in placed.boxes:
                assert not (
                    right > box.x + 0.01
                    and left < box.x + box.width - 0.01
                    and foot > box.y + 0.01
                    and top < box.y + box.height - 0.01
                ), (wire, box)


@settings(max_examples=60, deadline=None)
@given(flows)
def test_everything_is_on_the_page(flow):
    scene, placed = flowchart.scene(flow), layout.place(flow)
    for label in placed.labels:
        wide = width(label.text, sheet.LABEL)
        left = label.x - wide * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
        assert left >= -0.01 and left + wide <= placed.width + 0.01
    for box in (*placed.boxes, *placed.panes):
        assert box.x + 0.01 >= 0 and box.x + box.width <= placed.width + 0.01
        assert box.y + 0.01 >= 0 and box.y + box.height <= placed.height + 0.01
    for wire in placed.wires:
        assert all(
            -0.01 <= x <= placed.width + 0.01 and -0.01 <= y <= placed.height + 0.01 for x, y in wire.points
        )
    assert scene.width == placed.width + 2 * flowchart.MARGIN
    assert scene.height == placed.height + 2 * flowchart.MARGIN


@settings(max_examples=60, deadline=None)
@given(flows, st.floats(-500, 500), st.floats(-500, 500))
def test_the_whole_can_be_moved(flow, right, down):
    placed = layout.place(flow)
    moved = placed.moved(right, down)
    assert [(box.width, box.height) for box in moved.boxes] == [(box.width, box.height) for box in placed.boxes]
    assert all(
        abs(after.x - before.x - right) < 1e-6 and abs(after.y - before.y - down) < 1e-6
        for before, after in zip(placed.boxes, moved.boxes, strict=True)
    )


def chain(count, title="step"):
    return Stack(
        tuple(Leaf(Card(f"{n}", f"{title}-{n}", "action", "taken", "12 ms · warm")) for n in range(count))
    )


def test_sixty_steps_stand_in_columns_that_can_be_read():
    placed = layout.place(chain(60))
    assert len({round(box.x) for box in placed.boxes}) == 4
    assert placed.height < layout.TALL + 100
    assert 0.5 < placed.width / placed.height < 2
    turns = [wire for wire in placed.wires if wire.course == "turn"]
    assert len(turns) == 3
    assert len(placed.wires) == 59


def test_a_short_flow_is_one_column():
    assert len({box.x for box in layout.place(chain(10)).boxes}) == 1


def test_twenty_branches_stand_in_rows_of_one_length():
    placed = layout.place(Frame("parallel", chain(20).parts, "taken"))
    rows = {}
    for box in placed.boxes:
        rows.setdefault(box.y, []).append(box.x)
    assert [len(row) for row in rows.values()] == [5, 5, 5, 5]
    assert placed.width < 1100


def test_cards_of_one_flow_are_of_one_width_where_they_differ_little():
    widths = {box.width for box in layout.place(chain(20)).boxes}
    assert len(widths) == 1


def test_a_long_name_does_not_make_a_card_wide():
    placed = layout.place(Leaf(Card("c", "a-name-that-is-far-too-long-" * 9)))
    assert placed.width == sheet.WIDEST
    (title,), _ = sheet.written(placed.boxes[0])
    assert title.startswith("a-name") and "…" in title and title.endswith("long-")


@pytest.mark.parametrize("name", ["/srv/studio/photographers/2026/summer-collection/*.jpg", "x" * 70, "a b"])
def test_the_whole_name_of_a_place_is_shown_within_its_card(name):
    (box,) = layout.place(
        Leaf(Card("c", name, "place", note="trigger · 1234 fired · 17 pending · 3 failed"))
    ).boxes
    titles, notes = sheet.written(box)
    assert box.width <= sheet.WIDEST
    assert "".join(titles).replace(" ", "") == name.replace(" ", "")
    assert " ".join(notes) == box.card.note
    assert all(width(line, sheet.TITLE) <= box.width - sheet.BESIDE for line in titles)
    assert box.height >= sheet.LINE * (len(titles) + len(notes))


def test_what_failed_was_entered_and_not_left():
    failed = Leaf(Card("b", "b", "action", "failed"))
    first, last = (Leaf(Card(name, name, "action", state)) for name, state in (("a", "taken"), ("c", "skipped")))
    states = [wire.state for wire in layout.place(Stack((first, failed, last))).wires]
    assert states == ["taken", "skipped"]


def test_of_two_ways_only_the_taken_one_is_blue_down_to_where_they_meet():
    def way(name, state):
        return Way(Leaf(Card(name, name, "action", state)), state, name)

    fork = Fork(Leaf(Card("?", "?", "decision", "taken")), (way("yes", "taken"), way("no", "skipped")))
    states = [wire.state for wire in layout.place(fork).wires]
    assert states == ["taken", "taken", "skipped", "skipped"]
    assert layout.place(fork).leave == "taken"

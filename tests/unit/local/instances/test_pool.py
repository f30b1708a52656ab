"""The pool decides by what it is told: no process, no clock."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fnkit.local.histogram import Fixed, Hybrid, KeepAlive, Weighed
from fnkit.local.pool import Cold, Full, Pool, Warm
from fnkit.local.slots import Key, Need, Slot

A, B, C = (Need(Key("guest", f"/guest/{name}", "1"), 256) for name in "abc")


def cold(pool: Pool, need: Need, now: float = 0) -> Slot:
    decision = pool.acquire(need, now)
    assert isinstance(decision, Cold)
    return decision.slot


def warm(pool: Pool, need: Need, now: float = 0) -> Slot:
    decision = pool.acquire(need, now)
    assert isinstance(decision, Warm)
    return decision.slot


def small(need: Need) -> Need:
    return replace(need, memory=128)


def test_cold_then_warm() -> None:
    pool = Pool(512)
    first = cold(pool, A)
    assert pool.release(first.id, 1)
    assert warm(pool, A, 2) is first
    assert first.activations == 2


def test_the_one_that_was_used_last_is_used_again() -> None:
    """The others may age out."""
    pool = Pool(1024)
    first, second = cold(pool, A), cold(pool, A)
    pool.release(second.id, 1)
    pool.release(first.id, 2)
    assert warm(pool, A, 3) is first
    assert warm(pool, A, 3) is second


def test_a_busy_instance_is_not_shared() -> None:
    pool = Pool(512)
    assert cold(pool, A) is not cold(pool, A)


def test_nothing_is_shared_between_keys() -> None:
    pool = Pool(2048)
    pool.release(cold(pool, A).id, 1)
    key = A.key
    others = (
        key._replace(namespace="other"),
        key._replace(revision="2"),
        B.key,
        key._replace(environment=frozenset({("X", "1")})),
    )
    for other in others:
        cold(pool, Need(other, 128), 2)


def test_as_many_runs_as_it_takes_at_a_time() -> None:
    three = replace(A, concurrency=3)
    pool = Pool(512)
    slot = cold(pool, three)
    assert warm(pool, three) is warm(pool, three) is slot
    other = cold(pool, three)
    pool.release(slot.id, 1)
    assert warm(pool, three, 2) in (slot, other)
    assert slot.state == "busy"


def test_a_doomed_instance_takes_no_run_and_goes_with_the_last_one() -> None:
    two = replace(A, concurrency=2)
    pool = Pool(256)
    slot = cold(pool, two)
    warm(pool, two)
    pool.doom(slot.id)
    assert isinstance(pool.acquire(two, 1), Full)
    assert pool.release(slot.id, 2)
    assert not pool.release(slot.id, 3)
    assert pool.slots() == ()
    assert not pool.release(slot.id, 4), "it is gone already"


def test_the_longest_idle_goes_first_where_all_else_is_equal() -> None:
    pool = Pool(512)
    first, second = cold(pool, A), cold(pool, B)
    pool.release(second.id, 10)
    pool.release(first.id, 11)
    decision = pool.acquire(C, 12)
    assert isinstance(decision, Cold)
    assert decision.evicted == (second,)


@pytest.mark.parametrize(
    ("costs", "calls", "memory", "stays"),
    [((5, 1), (1, 1), (128, 128), 0), ((1, 1), (1, 9), (128, 128), 1), ((1, 1), (1, 1), (256, 128), 1)],
    ids=["slow to start", "often called", "small"],
)
def test_what_costs_more_to_lose_stays(
    costs: tuple[int, int], calls: tuple[int, int], memory: tuple[int, int], stays: int
) -> None:
    pool = Pool(384)
    slots = []
    for need, cost, count, size in zip((A, B), costs, calls, memory, strict=True):
        slots.append(cold(pool, replace(need, memory=size)))
        pool.started(slots[-1].id, cost)
        pool.release(slots[-1].id, 1)
        for _ in range(count - 1):
            pool.release(warm(pool, replace(need, memory=size), 1).id, 1)
    cold(pool, replace(C, memory=256 if sum(memory) < 384 else 128), 2)
    assert slots[stays] in pool.slots()
    assert slots[1 - stays] not in pool.slots()


def test_what_was_dear_long_ago_goes_at_last() -> None:
    """Greedy-Dual's clock: each eviction makes what stayed worth less than what comes."""
    pool = Pool(256)
    dear = cold(pool, small(A))
    pool.started(dear.id, 3)
    pool.release(dear.id, 0)
    for time in range(1, 10):
        slot = cold(pool, small(Need(Key("guest", f"/guest/{time}", "1"), 128)), time)
        pool.started(slot.id, 1)
        pool.release(slot.id, time)
        if dear not in pool.slots():
            break
    assert 2 < time < 9


def test_full_until_something_is_released() -> None:
    pool = Pool(512)
    first = cold(pool, replace(A, memory=512))
    assert isinstance(pool.acquire(small(B), 1), Full)
    assert not pool.room(128)
    pool.release(first.id, 2)
    assert pool.room(128)
    cold(pool, small(B), 3)


def test_nobody_is_evicted_in_vain() -> None:
    """Where even all idle ones do not make room, they stay."""
    pool = Pool(512)
    cold(pool, A)
    idle = cold(pool, small(B))
    pool.release(idle.id, 1)
    assert isinstance(pool.acquire(replace(C, memory=512), 1), Full)
    assert idle in pool.slots()


def test_one_larger_than_the_pool_runs_alone() -> None:
    pool = Pool(256)
    cold(pool, replace(A, memory=512))
    assert isinstance(pool.acquire(small(B), 0), Full)


def test_idle_ones_expire() -> None:
    pool = Pool(512, Fixed(10))
    first, second = cold(pool, A), cold(pool, B)
    pool.release(first.id, 5)
    assert pool.tick(14).expired == ()
    assert pool.tick(15).expired == (first,)
    assert pool.slots() == (second,)


def test_an_action_may_fix_how_long_its_own_are_kept() -> None:
    pool = Pool(1024, Fixed(600))
    short, none, usual = (cold(pool, need) for need in (replace(A, keep=5), replace(B, keep=0), C))
    for slot in (short, none, usual):
        pool.release(slot.id, 10)
    assert [pool.hurry(slot) for slot in (short, none, usual)] == [5, 0, 600]
    first = pool.tick(10)
    assert (first.expired, first.next) == ((none,), 5)
    assert pool.tick(14.9).expired == ()
    assert pool.tick(15).expired == (short,)
    assert pool.tick(16).next == 594


def test_what_idle_times_say_has_no_hurry() -> None:
    pool = Pool(1024)
    slot = cold(pool, A)
    pool.release(slot.id, 1)
    assert pool.hurry(slot) == pool.tick(2).next == float("inf")


def test_discard_takes_idle_ones_now_and_busy_ones_later() -> None:
    pool = Pool(1024)
    idle, busy, other = cold(pool, A), cold(pool, A), cold(pool, B)
    pool.release(idle.id, 1)
    pool.release(other.id, 1)
    assert pool.discard(A.key.action) == (idle,)
    assert pool.release(busy.id, 2) is False
    assert pool.slots() == (other,)


def test_one_that_is_prepared_waits_for_its_run() -> None:
    pool = Pool(512)
    prepared = pool.prepare(A, 0)
    assert prepared is not None
    assert (prepared.slot.state, pool.memory) == ("prewarmed", (256, 256))
    assert pool.prepare(A, 1) is None, "one is enough"
    assert warm(pool, A, 2) is prepared.slot
    assert prepared.slot.unused
    pool.release(prepared.slot.id, 3)
    assert not warm(pool, A, 4).unused


def test_nothing_is_prepared_in_the_place_of_what_is_worth_more() -> None:
    pool = Pool(256)
    dear = cold(pool, A)
    pool.started(dear.id, 5)
    pool.release(dear.id, 1)
    assert pool.prepare(B, 2) is None
    assert pool.slots() == (dear,)


def called_every(pool: Pool, need: Need, seconds: float, times: int) -> float:
    """When the last run ended."""
    now = 0.0
    for _ in range(times):
        now += seconds
        slot = pool.acquire(need, now)
        assert not isinstance(slot, Full)
        pool.release(slot.slot.id, now)
    return now


def test_a_clear_rest_is_slept_through() -> None:
    """Called every half hour: gone after the run, ready before the next, gone for good when that is overdue."""
    pool = Pool(512, Hybrid())
    end = called_every(pool, A, 1800, 20)
    assert len(pool.tick(end + 15).expired) == 1
    assert pool.tick(end + 60) == pool.tick(end + 1500), "nothing is there and nothing due"
    assert pool.tick(end + 1500).more, "but something is planned"
    due = pool.tick(end + 1680)
    assert due.wanted == (A,)
    prepared = pool.prepare(A, end + 1680)
    assert prepared is not None
    assert pool.tick(end + 1695).wanted == ()
    assert pool.tick(end + 2000).expired == ()
    assert pool.tick(end + 1680 + 2100).expired == (prepared.slot,)
    assert not pool.tick(end + 9999).more


@pytest.mark.parametrize(("every", "stay"), [(1, 2), (180, 1)], ids=["each time", "every three hours"])
def test_a_second_instance_is_kept_as_its_own_rests_say(every: int, stay: int) -> None:
    """Called once a minute: one stays. Where two are needed at a time each time, so does the other."""
    pool = Pool(1024, Weighed())
    for minute in range(20 * every):
        now = 60.0 * minute
        pool.tick(now)
        taken = [pool.acquire(A, now + second) for second in range(2 if minute % every == 0 else 1)]
        for grant in taken:
            assert not isinstance(grant, Full)
            pool.release(grant.slot.id, now + 3)
    assert len(pool.tick(now + 45).expired) == 0
    assert len(pool.slots()) == stay


def test_a_plan_is_dropped_where_the_action_goes_or_nothing_came_of_it() -> None:
    pool = Pool(512, Hybrid())
    end = called_every(pool, A, 1800, 20)
    pool.tick(end + 15)
    pool.discard(A.key.action)
    assert pool.tick(end + 1700).wanted == ()
    end = end + called_every(pool, B, 1800, 20)
    pool.tick(end + 15)
    assert pool.tick(end + 9999).wanted == ()


class Life(RuleBasedStateMachine):
    """Whatever happens: never over memory, never a wrong key, nothing lost."""

    @initialize(
        capacity=st.sampled_from([256, 512, 1024]),
        keep=st.sampled_from([Weighed(), Hybrid(least=3), Fixed(300.0)]),
    )
    def begin(self, capacity: int, keep: KeepAlive) -> None:
        self.pool = Pool(capacity, keep)
        self.now = 0.0
        self.runs: list[Slot] = []
        self.there: dict[int, Slot] = {}

    @rule(
        action=st.sampled_from("abcd"),
        namespace=st.sampled_from(["ann", "bob"]),
        revision=st.sampled_from(["1", "2"]),
        memory=st.sampled_from([128, 256, 512]),
        concurrency=st.sampled_from([1, 1, 3]),
    )
    def run(self, action: str, namespace: str, revision: str, memory: int, concurrency: int) -> None:
        # As in the platform, the limits are a part of the revision.
        key = Key(namespace, f"/guest/{action}", f"{revision} {memory} {concurrency}")
        need = Need(key, memory, concurrency)
        room, before = self.pool.room(memory), set(self.there)
        match self.pool.acquire(need, self.now):
            case Warm(slot):
                assert slot.id in before
                assert slot.need.key == key
                assert self.runs.count(slot) < concurrency
            case Cold(slot, evicted):
                assert room
                assert slot.id not in before
                self.gone(evicted)
                self.there[slot.id] = slot
            case Full():
                assert not room
                return
        assert slot.need == need
        assert not slot.doomed
        self.runs.append(slot)

    @rule(action=st.sampled_from("abcd"), memory=st.sampled_from([128, 256]))
    def prepare(self, action: str, memory: int) -> None:
        need = Need(Key("ann", f"/guest/{action}", f"1 {memory} 1"), memory)
        if (decision := self.pool.prepare(need, self.now)) is not None:
            self.gone(decision.evicted)
            self.there[decision.slot.id] = decision.slot

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 99), failed=st.booleans(), seconds=st.floats(0, 9))
    def end(self, which: int, failed: bool, seconds: float) -> None:
        slot = self.runs.pop(which % len(self.runs))
        self.pool.started(slot.id, seconds)
        if failed:
            self.pool.doom(slot.id)
        if not self.pool.release(slot.id, self.now):
            assert slot.doomed
            self.gone((slot,))

    @rule(action=st.sampled_from("abcd"))
    def change(self, action: str) -> None:
        self.gone(self.pool.discard(f"/guest/{action}"))

    @rule(seconds=st.sampled_from([1.0, 15.0, 100.0, 4000.0, 20_000.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        due = self.pool.tick(self.now)
        self.gone(due.expired)
        assert all(not self.pool.warm(need.key) for need in due.wanted)

    @precondition(lambda self: self.there)
    @rule(which=st.integers(0, 99))
    def die(self, which: int) -> None:
        slot = list(self.there.values())[which % len(self.there)]
        self.pool.remove(slot.id)
        self.runs = [run for run in self.runs if run is not slot]
        self.gone((slot,))

    def gone(self, slots: tuple[Slot, ...]) -> None:
        for slot in slots:
            assert slot not in self.runs, "nothing that runs is taken away"
            self.there.pop(slot.id, None)

    @invariant()
    def adds_up(self) -> None:
        slots = self.pool.slots()
        assert {slot.id for slot in slots} == set(self.there)
        used = sum(slot.need.memory for slot in slots)
        idle = sum(slot.need.memory for slot in slots if not slot.running)
        assert self.pool.memory == (used, idle)
        assert used <= self.pool.capacity or len(slots) == 1
        for slot in slots:
            assert slot.running == self.runs.count(slot)
            assert slot.habit.slots == sum(other.habit is slot.habit for other in slots)
            assert slot.open == (slot.running < slot.need.concurrency and not slot.doomed)
            assert not slot.open or self.pool.warm(slot.need.key)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

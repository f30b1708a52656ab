"""The pool decides by what it is told: no process, no clock."""

from hypothesis import given
from hypothesis import strategies as st

from fnkit.local.pool import Cold, Full, Key, Pool, Warm

A, B, C = (Key("guest", f"/guest/{name}", "1") for name in "abc")


def test_cold_then_warm() -> None:
    pool = Pool(512)
    first = pool.acquire(A, 256, 0)
    assert isinstance(first, Cold)
    assert pool.release(first.slot.id, 1)
    again = pool.acquire(A, 256, 2)
    assert isinstance(again, Warm)
    assert (again.slot, again.slot.activations) == (first.slot, 2)


def test_a_busy_instance_is_not_shared() -> None:
    pool = Pool(512)
    first, second = pool.acquire(A, 256, 0), pool.acquire(A, 256, 0)
    assert isinstance(first, Cold)
    assert isinstance(second, Cold)
    assert first.slot.id != second.slot.id


def test_nothing_is_shared_between_keys() -> None:
    pool = Pool(2048)
    first = pool.acquire(A, 256, 0)
    assert isinstance(first, Cold)
    pool.release(first.slot.id, 1)
    others = (
        Key("other", A.action, A.revision),
        Key(A.namespace, A.action, "2"),
        B,
        Key(A.namespace, A.action, A.revision, frozenset({("X", "1")})),
    )
    assert all(isinstance(pool.acquire(other, 128, 2), Cold) for other in others)


def test_the_longest_idle_goes_first() -> None:
    pool = Pool(512)
    slots = {}
    for time, key in enumerate((A, B)):
        decision = pool.acquire(key, 256, time)
        assert isinstance(decision, Cold)
        slots[key] = decision.slot
    pool.release(slots[B].id, 10)
    pool.release(slots[A].id, 11)
    decision = pool.acquire(C, 256, 12)
    assert isinstance(decision, Cold)
    assert decision.evicted == (slots[B],)


def test_full_until_something_is_released() -> None:
    pool = Pool(512)
    first = pool.acquire(A, 512, 0)
    assert isinstance(first, Cold)
    assert isinstance(pool.acquire(B, 128, 1), Full)
    pool.release(first.slot.id, 2)
    assert isinstance(pool.acquire(B, 128, 3), Cold)


def test_nobody_is_evicted_in_vain() -> None:
    """Where even all idle ones do not make room, they stay."""
    pool = Pool(512)
    busy, idle = pool.acquire(A, 256, 0), pool.acquire(B, 128, 0)
    assert isinstance(busy, Cold)
    assert isinstance(idle, Cold)
    pool.release(idle.slot.id, 1)
    assert isinstance(pool.acquire(C, 512, 2), Full)
    assert idle.slot in pool.slots()


def test_one_larger_than_the_pool_runs_alone() -> None:
    pool = Pool(256)
    assert isinstance(pool.acquire(A, 512, 0), Cold)
    assert isinstance(pool.acquire(B, 128, 0), Full)


def test_idle_ones_expire() -> None:
    pool = Pool(512, idle=10)
    first, second = pool.acquire(A, 128, 0), pool.acquire(B, 128, 0)
    assert isinstance(first, Cold)
    assert isinstance(second, Cold)
    pool.release(first.slot.id, 5)
    assert pool.expire(14) == ()
    assert pool.expire(15) == (first.slot,)
    assert pool.slots() == (second.slot,)


def test_discard_takes_idle_ones_now_and_busy_ones_later() -> None:
    pool = Pool(1024)
    idle, busy, other = (pool.acquire(key, 128, 0) for key in (A, A, B))
    assert isinstance(idle, Cold)
    assert isinstance(busy, Cold)
    assert isinstance(other, Cold)
    pool.release(idle.slot.id, 1)
    pool.release(other.slot.id, 1)
    assert pool.discard(A.action) == (idle.slot,)
    assert pool.release(busy.slot.id, 2) is False
    assert pool.slots() == (other.slot,)


@given(
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from([128, 256, 512]), st.booleans()), max_size=60)
)
def test_memory_is_never_overdrawn(steps: list[tuple[Key, int, bool]]) -> None:
    pool = Pool(1024)
    for time, (key, memory, release) in enumerate(steps):
        pool.acquire(key, memory, time)
        busy = [slot for slot in pool.slots() if slot.state == "busy"]
        if release and busy:
            pool.release(busy[0].id, time)
        assert sum(slot.memory for slot in pool.slots()) <= 1024

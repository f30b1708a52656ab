"""Calls that change a value in place, by the names that the standard library and its friends give them."""

_CONTAINERS = """
append extend insert remove pop clear sort reverse update setdefault popitem add discard intersection_update
difference_update symmetric_difference_update appendleft extendleft popleft rotate move_to_end subtract
"""
_STREAMS = "write writelines seek truncate send throw close put put_nowait get_nowait"
_LEARNERS = """
fit fit_transform partial_fit train train_on_batch compile add_module load_state_dict load_weights set_params
register
"""
_ARRAYS = "fill itemset setflags"
_SETTINGS = "seed basicConfig filterwarnings simplefilter set_printoptions"

METHODS = frozenset(" ".join((_CONTAINERS, _STREAMS, _LEARNERS, _ARRAYS, _SETTINGS)).split())
"""`x.append(…)` changes `x`."""

ON_ARGUMENT = frozenset(
    (
        *("next", "setattr", "delattr", "shuffle", "copyto", "putmask", "place"),
        *("heappush", "heappop", "heapify", "heapreplace", "heappushpop", "insort", "insort_left", "insort_right"),
    )
)
"""`next(x)` changes `x`."""

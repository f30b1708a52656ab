"""Calls that change a value in place, by the names that the standard library and its friends give them."""

import ast

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


def written_into(call: ast.Call) -> list[ast.expr]:
    """What a call says that it writes into: `numpy.add(a, 1, out=a)`, `frame.drop("x", inplace=True)`."""
    found: list[ast.expr] = []
    for keyword in call.keywords:
        if keyword.arg == "out":
            found += keyword.value.elts if isinstance(keyword.value, ast.Tuple) else [keyword.value]
        elif keyword.arg == "inplace" and isinstance(call.func, ast.Attribute):
            off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
            found += [] if off else [call.func.value]
    return found

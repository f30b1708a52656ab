"""Random notebooks: where the slicer gives a slice, it runs alone and answers as the notebook does.

The same ones every time. `FNKIT_PROGRAMS=5000 pytest tests/unit/action/test_programs.py` tries as many new ones.
"""

import ast
import copy
import os
from typing import Any

from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st

from fnkit.action.cells import from_history
from fnkit.action.emit import written
from fnkit.core.errors import BadCell

from .conftest import cut

VALUES = ["a", "b", "c", "d"]
FUNCTIONS = ["f", "g", "h"]
value = st.sampled_from(VALUES)
function = st.sampled_from(FUNCTIONS)
number = st.integers(0, 9)

# Every value is a list of numbers: any operation on any name is legal as long as the name exists.


def expressions(functions: list[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        st.one_of(number.map(lambda n: f"[{n}]"), value.map(lambda n: f"list({n})")),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(" + ".join),
            *[inner.map(lambda e, name=name: f"{name}({e})") for name in functions],
            inner.map(lambda e: f"[x + 1 for x in {e}]"),
            inner.map(lambda e: f"(lambda x: x + {e})([0])"),
            st.tuples(value, inner).map(lambda p: f"({p[1]} if {p[0]} else [])"),
        ),
        max_leaves=4,
    )


expression = expressions(FUNCTIONS)
simple = st.one_of(
    st.tuples(value, expression).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(value, expression).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(value, value).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(value, value, expression).map(lambda p: f"{p[0]}, {p[1]} = {p[2]}, [7]"),
    st.tuples(value, expression).map(lambda p: f"{p[0]} += {p[1]}"),
    st.tuples(value, number).map(lambda p: f"{p[0]}.append({p[1]})"),
    st.tuples(value, number).map(lambda p: f"{p[0]}[:1] = [{p[1]}]"),
    value.map(lambda n: f"del {n}"),
    st.tuples(function, value).map(lambda p: f"{p[0]}({p[1]})"),
)


def indented(lines: list[str]) -> str:
    return "\n".join(f"    {line}" for text in lines for line in text.split("\n"))


body = st.lists(simple, min_size=1, max_size=2)
compound = st.one_of(
    st.tuples(value, body, body).map(lambda p: f"if {p[0]}:\n{indented(p[1])}\nelse:\n{indented(p[2])}"),
    st.tuples(value, body).map(lambda p: f"if {p[0]}:\n{indented(p[1])}"),
    st.tuples(value, body).map(lambda p: f"for n in list({p[0]})[:2]:\n{indented(p[1])}"),
    st.tuples(body, body).map(
        lambda p: f"try:\n{indented(p[0])}\nexcept (NameError, UnboundLocalError):\n{indented(p[1])}"
    ),
    st.tuples(body, body).map(lambda p: f"try:\n{indented(p[0])}\nfinally:\n{indented(p[1])}"),
)


def definitions(name: str, lower: list[str]) -> st.SearchStrategy[str]:
    """Functions that call only those before them: no program runs for ever."""
    inner = expressions(lower)
    ways = [
        inner.map(lambda e: f"def {name}(x):\n    return x[:3] + {e}"),
        st.tuples(value, inner).map(lambda p: f"def {name}(x):\n    {p[0]} = x[:3]\n    return {p[0]} + {p[1]}"),
        st.tuples(value, inner).map(
            lambda p: f"def {name}(x):\n    global {p[0]}\n    {p[0]} = {p[1]}\n    return {p[0]} + x[:3]"
        ),
        st.tuples(value, number).map(
            lambda p: f"def {name}(x):\n    {p[0]}.append({p[1]})\n    return {p[0]} + x[:3]"
        ),
        st.tuples(inner, inner).map(
            lambda p: (
                f"def {name}(x, y={p[0]}):\n    def inner():\n        return y + {p[1]}\n"
                "    return x[:3] + inner()"
            )
        ),
    ]
    if lower:
        other = st.sampled_from(lower)
        ways.append(other.map(lambda o: f"{name} = {o}"))
        ways.append(other.map(lambda o: f"{name} = (lambda other: lambda x: other(x) + [1])({o})"))
    return st.one_of(ways)


definition = st.one_of([definitions(name, FUNCTIONS[:n]) for n, name in enumerate(FUNCTIONS)])
cell = st.lists(st.one_of(simple, simple, compound, definition), min_size=1, max_size=3).map("\n".join)
START = "\n".join([f"{name} = [{number}]" for number, name in enumerate(VALUES)])
DEFS = "\n".join(f"def {name}(x):\n    return x[:2] + [{number}]" for number, name in enumerate(FUNCTIONS))
entry = expression.map(lambda e: f"def main():\n    return {e}")


NEW = int(os.environ.get("FNKIT_PROGRAMS", "0"))
HANDED_A_LAMBDA = """def g(x):
    a.append(0)
    return a + x[:3]
def h(x, y=(lambda x: x + [x + 1 for x in g([0])])([0])):
    def inner():
        return y + [0]
    return x[:3] + inner()"""


@settings(
    max_examples=NEW or 120,
    derandomize=not NEW,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(st.lists(cell, min_size=1, max_size=6), entry)
@example([HANDED_A_LAMBDA], "def main():\n    return g([x + 1 for x in [0]])")
def test_a_slice_answers_as_its_notebook(cells: list[str], main: str) -> None:
    sources = [START, DEFS, *cells, main]
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        for source in sources:
            exec(source, namespace)
        before = {name: copy.deepcopy(namespace[name]) for name in VALUES if name in namespace}
        expected = namespace["main"]()
    except (NameError, RecursionError, ValueError, MemoryError):
        assume(False)
    assume(len(expected) < 200)
    namespace.update(before)  # as it was when the cell was deployed
    try:
        slice_ = cut(from_history(["", *sources], namespace))
        text = written(slice_)[0]
    except BadCell as refused:
        event("refused")
        assert "In [" in str(refused) or "made nowhere" in str(refused)
        return
    event("sliced")
    ast.parse(text)
    alone: dict[str, Any] = {"__name__": "main__"}
    exec(text, alone)
    answer = alone["main"]()
    if any(note.startswith("not carried over: what calls") for note in slice_.notes):
        event("told that a state begins anew")
    else:
        assert answer == expected, text

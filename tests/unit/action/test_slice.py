"""What travels: everything the entry needs, nothing else, in an order that runs."""

import ast
from typing import Any

import pytest

from fnkit.action.cells import Cells, from_history
from fnkit.core.errors import BadCell

from .conftest import Notebook, call, cut, text_of


def test_constants_functions_classes_and_decorators_travel(notebook: Notebook) -> None:
    cells = notebook(
        "import functools\nSCALE = 3\nUNUSED = open('/dev/null')",
        "class Box:\n    edge = SCALE\n    def area(self): return self.edge ** 2",
        "def loud(f):\n    @functools.wraps(f)\n    def inner(x): return f(x) + ADDED\n    return inner",
        "ADDED = 5",
        "@loud\ndef helper(x): return x * Box().area()",
        "def main(x): return helper(x)",
        live=False,
    )
    body = text_of(cells)
    assert "UNUSED" not in body
    assert call(body, 2) == 2 * 9 + 5


def test_imports_are_trimmed_to_the_used_names_and_stand_at_the_top(notebook: Notebook) -> None:
    cells = notebook(
        "from math import sqrt, pi as PI, tau\nimport os, json as j",
        "import re",
        "def main(x): return [sqrt(x), PI, j.dumps(x)]",
    )
    body = text_of(cells)
    assert body.splitlines()[:2] == ["import json as j", "from math import pi as PI, sqrt"]
    assert "tau" not in body
    assert "import os" not in body
    assert "import re" not in body


def test_submodules_imported_under_one_name_all_travel(notebook: Notebook) -> None:
    cells = notebook("import xml.dom", "import xml.sax", "def main(): return [xml.dom.__name__, xml.sax.__name__]")
    assert call(text_of(cells)) == ["xml.dom", "xml.sax"]


def test_a_name_means_what_was_bound_when_the_statement_ran(notebook: Notebook) -> None:
    cells = notebook("N = 2", "SQUARE = N * N", "N = 10", "def main(): return [N, SQUARE]")
    assert call(text_of(cells)) == [10, 4]


def test_a_function_called_while_making_sees_the_names_of_that_moment(notebook: Notebook) -> None:
    cells = notebook(
        "def scaled(x): return x * FACTOR",
        "FACTOR = 2",
        "TABLE = [scaled(n) for n in range(3)]",
        "FACTOR = 7",
        "def main(x): return [TABLE, scaled(x)]",
    )
    assert call(text_of(cells), 1) == [[0, 2, 4], 7]


def test_the_last_run_of_a_cell_counts(notebook: Notebook) -> None:
    cells = notebook("def main(): return helper()", "def helper(): return 1", "def helper(): return 2")
    assert call(text_of(cells)) == 2


def test_what_builds_a_value_in_its_own_cell_travels(notebook: Notebook) -> None:
    cells = notebook(
        "PARTS = {}\nfor number, name in enumerate(['eyes', 'hips']):\n    PARTS[name] = number\n"
        "PARTS['all'] = len(PARTS)",
        "def main(): return PARTS",
    )
    assert call(text_of(cells)) == {"eyes": 0, "hips": 1, "all": 2}


def test_a_registry_filled_by_a_decorator_travels_with_its_entries(notebook: Notebook) -> None:
    cells = notebook(
        "STEPS = []\ndef step(f):\n    STEPS.append(f)\n    return f\n"
        "@step\ndef double(x): return 2 * x\n@step\ndef add(x): return x + 1",
        "def main(x):\n    for step in STEPS: x = step(x)\n    return x",
    )
    assert call(text_of(cells), 5) == 11


def test_a_global_made_by_a_function_travels_with_its_call(notebook: Notebook) -> None:
    cells = notebook("def init():\n    global STATE\n    STATE = [1]\ninit()", "def main(): return STATE")
    assert call(text_of(cells)) == [1]


def test_the_actions_own_cache_travels_as_it_began(notebook: Notebook) -> None:
    cells = notebook("SEEN = {}", "def main(x):\n    SEEN[x] = True\n    return len(SEEN)", "main(1)", "main(2)")
    assert call(text_of(cells), 9) == 1
    assert cut(cells).notes[:1] == [
        "not carried over: what calls in the notebook did to SEEN. An instance begins with what In [1] made."
    ]


def test_conditional_bindings_bring_what_may_have_been_bound_before(notebook: Notebook) -> None:
    cells = notebook("MODE = 'slow'\nFAST = False", "if FAST:\n    MODE = 'fast'", "def main(): return MODE")
    assert call(text_of(cells)) == "slow"


def test_try_import_else_travels(notebook: Notebook) -> None:
    cells = notebook(
        "try:\n    import surely_not_there as fast\nexcept ImportError:\n    fast = None",
        "def main(): return fast is None",
    )
    assert call(text_of(cells)) is True


def test_loop_variables_do_not_bring_other_cells(notebook: Notebook) -> None:
    cells = notebook(
        "i = len(open('/dev/null').read())",
        "SUM = 0\nfor i in range(4):\n    SUM += i",
        "def main(): return SUM",
        live=False,
    )
    body = text_of(cells)
    assert "open(" not in body
    assert call(body) == 6


def test_a_star_import_is_narrowed_to_what_is_used(notebook: Notebook) -> None:
    cells = notebook("from math import *", "def main(x): return floor(sqrt(x))")
    body = text_of(cells)
    assert "from math import floor, sqrt" in body
    assert call(body, 17) == 4


def test_a_star_import_of_a_module_that_is_not_known_is_told() -> None:
    cells = from_history(["", "from secret_lab import *", "def main(): return formula()"], {})
    with pytest.raises(BadCell, match=r"formula.*Import formula by its name"):
        cut(cells)


def test_cells_that_failed_count_down_to_the_line_that_raised(notebook: Notebook) -> None:
    cells = notebook("N = 1", "N = 2\n1 / 0\nN = 3", "def main(): return N", live=False, stopped={2: 2})
    assert call(text_of(cells)) == 2


def test_future_annotations_hold_for_the_whole_file(notebook: Notebook) -> None:
    cells = notebook(
        "from __future__ import annotations\nN = 1", "def main(x: NotThere = N): return x", live=False
    )
    body = text_of(cells)
    assert body.startswith("from __future__ import annotations\n")
    assert call(body) == 1


def test_cells_are_marked_and_comments_stay(notebook: Notebook) -> None:
    cells = notebook("import json\n\n# how many\nN = 3  # pieces", "%%deploy_action x\n\ndef main(): return N")
    body = text_of(cells)
    assert "# how many\nN = 3  # pieces\n" in body
    assert "\n\n\ndef main(): return N\n" in body


def test_statements_that_share_a_line_are_parted(notebook: Notebook) -> None:
    cells = notebook("a = 1; b = open('/dev/null'); c = 3", "def main(): return a + c", live=False)
    assert "open" not in text_of(cells)


@pytest.mark.parametrize(
    "body",
    [
        "def main():\n    x = [N for N in range(3)]\n    return x + [N]",
        "def main(N=N):\n    return (lambda: N)()",
        "def main():\n    global N\n    N = N + 1\n    return N",
        "def main():\n    def inner():\n        return N\n    return inner()",
        "class A:\n    n = N\n    def get(self): return self.n\ndef main(): return A().get()",
        "def main():\n    match N:\n        case [*rest]: return rest\n        case other: return other",
        "def main():\n    try: raise ValueError(N)\n    except ValueError as e: return e.args[0]",
        "def main():\n    with memoryview(bytes(N)) as m:\n        return len(m)",
        "def main(): return [y := N, y + 1][1]",
        "def main(): return f'{N:>{N}}'",
    ],
)
def test_scopes_are_pythons_own(notebook: Notebook, body: str) -> None:
    cells = notebook("N = 4", body)
    fresh: dict[str, Any] = {}
    exec(f"N = 4\n{body}", fresh)
    assert call(text_of(cells)) == fresh["main"]()


def test_the_order_is_that_of_running_not_of_needing(notebook: Notebook) -> None:
    body = text_of(notebook("A = 1", "B = A + 1", "C = B + A", "def main(): return C"))
    assert [node.targets[0].id for node in ast.parse(body).body[:3]] == ["A", "B", "C"]  # type: ignore[attr-defined]


def test_a_script_runs_without_its_main_block(tmp_path: Any) -> None:
    from fnkit.action.cells import from_script

    script = tmp_path / "tool.py"
    script.write_text(
        "N = 2\n\n\ndef main(x):\n    return x * N\n\n\nif __name__ == '__main__':\n    print(main(open('x')))\n"
    )
    cells: Cells = from_script(script)
    assert call(text_of(cells), 4) == 8

"""Magics and shell lines go, every other line stays where it was."""

import pytest

from fnkit.action.plain import SHELL, parsed, plain


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", "x = 1"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install x\nx = 1", "pass\nx = 1"),
        ("!ls \\\n  -l\nx = 1", "pass\n\nx = 1"),
        ("files = !ls *.py", f"files = {SHELL}"),
        ("t = %timeit -o f()", f"t = {SHELL}"),
        ("if x:\n    %time f()\n", "if x:\n    pass\n"),
        ("len?\nx = 1", "pass\nx = 1"),
        ("?len\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%deploy_action crop --memory 512\nx = 1", "\n\nx = 1"),
        ("%%time\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%bash\nls", "\n"),
        ("%%html\n<b>", "\n"),
        ("x = '''\n%time\n!ls\n'''\n%time f()", "x = '''\n%time\n!ls\n'''\npass"),
        ("x = (7\n% 2)\n!ls", "x = (7\n% 2)\npass"),
        ('x = "a\\\n%b"\n!ls', 'x = "a\\\n%b"\npass'),
        ("x = 7 \\\n% 2\n!ls", "x = 7 \\\n% 2\npass"),
        ("x = [1, # (\n2]\n!ls", "x = [1, # (\n2]\npass"),
    ],
)
def test_lines_that_only_ipython_understands(source: str, expected: str) -> None:
    assert plain(source) == expected
    assert plain(source).count("\n") == source.count("\n")
    if not source.startswith(("%%bash", "%%html")):
        assert parsed(source) is not None


def test_what_is_not_python_never_ran() -> None:
    assert parsed("def (") is None
    assert parsed("x = await f()") is not None

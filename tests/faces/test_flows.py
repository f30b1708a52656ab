"""Flows as a person deploys them: from a script or a notebook in a shell, by `$flow` in a notebook."""

import json

import nbformat
import pytest
from IPython.core.error import UsageError
from nbformat.v4 import new_code_cell, new_notebook

from fnkit.delivery.receipt import Receipt
from tests.faces.test_magics import kernel  # noqa: F401  a fixture

COMPOSED = """from fnkit import compose

BEST = 61


def shoot(n: int = 0):
    return {"n": n, "score": n * 10}


def signed(r):
    r["by"] = "created with fnkit"


flow = compose.action("%s", shoot) >> compose.when(lambda r: r["score"] >= BEST, signed)"""
SAID = "raise RuntimeError('only what the flow needs is run')"
GOOD, POOR = {"n": 9, "score": 90, "by": "created with fnkit"}, {"n": 3, "score": 30}
JAVASCRIPT = {"type": "function", "function": {"exec": {"kind": "nodejs:default", "code": "p => p"}}}


def book(path, *sources):
    """A notebook of these cells."""
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)


def result(shell, name, n):
    return json.loads(shell("invoke", name, f"n={n}", "--result").stdout)


@pytest.mark.parametrize("kind", ["ipynb", "py"])
def test_a_shell_deploys_a_flow_of_a_notebook_and_of_a_script(shell, kind):
    name, source = f"ff-{kind}", COMPOSED % f"ff-shoot-{kind}"
    file = shell.work / f"flows.{kind}"
    if kind == "py":
        file.write_text(source)
    else:
        book(file, "# Flows\n%matplotlib inline", source, SAID)
    missing = shell("deploy", name, f"flows.{kind}:flow", code=2).stderr
    assert f"node 0.0 (ff-shoot-{kind})" in missing and "--with-actions" in missing
    said = shell("deploy", name, f"flows.{kind}:flow", "--with-actions", "--test", "n=9").stdout
    assert "created" in said and name in said
    assert (result(shell, name, 9), result(shell, name, 3)) == (GOOD, POOR)
    again = shell("deploy", name, f"flows.{kind}:flow", "--with-actions", "--test", "n=9").stdout
    assert "unchanged" in again
    file.write_text(file.read_text().replace("BEST = 61", "BEST = 95"))
    assert "updated" in shell("deploy", name, f"flows.{kind}:flow", "--with-actions").stdout
    assert result(shell, name, 9) == {"n": 9, "score": 90}


def test_a_name_that_is_no_flow_says_so(shell):
    book(shell.work / "none.ipynb", "flow = 3")
    assert "it is a int" in shell("deploy", "ff-none", "none.ipynb:flow", code=2).stderr
    assert "lost" in shell("deploy", "ff-none", "none.ipynb:lost", code=1).stderr


def test_a_notebook_deploys_a_flow_that_it_holds(kernel):  # noqa: F811
    assert kernel(COMPOSED % "ff-shoot-here").ok
    done = kernel("%fnkit deploy ff-here $flow --with-actions --test n=9")
    assert done.ok, done.out
    assert isinstance(done.value, Receipt) and done.value.did == "created"
    assert [str(plan.name) for plan in done.value.plan.needs] == ["ff-shoot-here"]
    assert kernel("%fnkit invoke ff-here n=9 --result").value == GOOD
    assert (
        kernel("import fnkit; fnkit.invoke('ff-here', n=3).result").value == POOR == kernel("flow.run(n=3)").value
    )
    again = kernel("%fnkit deploy ff-here $flow --with-actions --test n=9")
    assert again.value.did == "unchanged"


def test_a_notebook_names_the_node_that_is_missing(kernel):  # noqa: F811
    kernel(COMPOSED % "ff-shoot-lost")
    done = kernel("%fnkit deploy ff-lost $flow")
    assert isinstance(done.error, UsageError), "what is missing is --with-actions"
    assert "node 0.0 (ff-shoot-lost)" in str(done.error)


def test_a_flow_in_a_cell_shows_its_picture(kernel):  # noqa: F811
    kernel(COMPOSED % "ff-shoot")
    done = kernel("flow")
    bundle, _ = kernel.shell.display_formatter.format(done.value)
    assert bundle["text/html"].count("<img ") == 1 and "ff-shoot" in bundle["text/plain"]
    assert bundle["application/vnd.fnkit.flow+json"]["type"] == "sequence"
    shown = kernel("flow.picture().mermaid").value
    assert shown.startswith("flowchart TD") and '["ff-shoot"]' in shown and ":::" not in shown


def test_javascript_in_a_flow_of_a_project_says_what_to_do(shell):
    document = {"type": "sequence", "components": [JAVASCRIPT]}
    (shell.work / "npm.py").write_text(
        f"from fnkit import compose\n\nflow = compose.Flow.from_json({document!r})\n"
    )
    (shell.work / "npm.yaml").write_text("name: npm\nflows:\n  ff-npm:\n    from: npm.py:flow\n")
    said = shell("deploy", "npm.yaml", code=2).stderr
    assert "0.0 (p => p)" in said and "fnkit deploy ff-npm npm.py:flow" in " ".join(said.split())

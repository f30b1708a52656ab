"""What is typed wrong is said in a line, nothing is sent, and the exit code is 2. No platform is there to ask."""

import pytest

from fnkit.cli.commands import run


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """A folder with one script, and a host where nobody answers: a test that asks it fails with code 1."""
    (tmp_path / "hello.py").write_text("def main(name='world'):\n    return {'greeting': name}\n")
    (tmp_path / "many.json").write_text("[1, 2]")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FNKIT_APIHOST", "http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("depoly", "deploy"),
        ("model list", "models"),
        ("models lst", "list"),
        ("deploy x hello.py --memroy 3", "--memory"),
        ("deploy x hello.py --mem 3", "No such option: --mem"),
        ("deploy x hello.py --memory much", "--memory"),
        ("deploy", "NAME"),
        ("deploy x", "script"),
        ("deploy a/b/c/d hello.py", "name, package/name"),
        ("deploy x missing.py", "no such file"),
        ("deploy x many.json", "neither"),
        ("deploy x hello.py --test @many.json", "not a JSON object"),
        ("deploy x hello.py --param k", "KEY=VALUE"),
        ("deploy x hello.py --secret NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE"),
        ("invoke x y", "KEY=VALUE"),
        ("invoke x image=@missing.jpg", "no such file"),
        ("test hello.py", "The name comes first: NAME hello.py"),
        ("deploy x hello.py --test", "or {} for none at all"),
        ("deploy x hello.py --test --dry-run", "Reading --test: its value is missing"),
        ("login https://host/path", "host"),
        ("get", "NAME"),
        ("get x y", "unexpected"),
        ("package delte x", "delete"),
        ("package create", "PACKAGE"),
        ("package create a/b", "name or /namespace/name"),
        ("package create x --shared maybe", "yes or no"),
        ("package list /whisk.system/utils", "not a namespace"),
        ("package bind utils", "BOUND_NAME"),
        ("package delete x", "--yes"),
        ("trigger create -x", "-x"),
        ("trigger create x --feed a/b/c", "name, package/name"),
        ("trigger create x -p image @missing.jpg", "no such file"),
        ("trigger fire x y", "KEY=VALUE"),
        ("trigger fire", "TRIGGER"),
        ("trigger delete x", "--yes"),
        ("rule create x", "TRIGGER"),
        ("rule create x trigger", "ACTION"),
        ("rule create x a/b action", "Reading the trigger name"),
        ("rule enable /a/b/c", "Reading the rule name"),
        ("rule delete x", "--yes"),
        ("namespace lst", "list"),
        ("deploy x hello.py --web maybe", "true, raw and false"),
    ],
)
def test_it_is_said(line, says, capsys):
    code = run(line.split())
    out, err = capsys.readouterr()
    assert code == 2, err
    assert says in " ".join(err.replace("│", "").split())
    assert "Traceback" not in err
    assert out == ""


def test_a_host_that_does_not_answer_is_another_code(capsys):
    assert run(["get", "x"]) == 1
    assert "nobody answers" in capsys.readouterr().err

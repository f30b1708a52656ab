"""What cannot be made again is refused with the name, the cell that made it and what to do."""

import pytest

from fnkit.action.cells import from_history
from fnkit.core.errors import BadCell

from .conftest import Notebook, call, cut, text_of

MAIN = "def main(): return THING"


@pytest.mark.parametrize(
    ("maker", "how", "advice"),
    [
        ("THING = open('/dev/null')", "file of this machine", "--include"),
        ("import numpy as np\nTHING = np.load('weights.npy')", "file of this machine", "--include weights.npy"),
        ("import pandas as pd\nTHING = pd.read_csv('people.csv')", "file of this machine", "--include people.csv"),
        (
            "from pathlib import Path\nTHING = Path('labels.txt').read_text()",
            "file of this machine",
            "--include labels.txt",
        ),
        ("with open('labels.txt') as f:\n    THING = f.read()", "file of this machine", "--include labels.txt"),
        ("import random\nTHING = random.random()", "by chance", "into the function"),
        ("import numpy as np\nTHING = np.random.rand(3)", "by chance", "into the function"),
        ("import time\nTHING = time.time()", "from the clock", "into the function"),
        ("from datetime import datetime\nTHING = datetime.now()", "from the clock", "into the function"),
        ("THING = input('key?')", "by asking you", "--secret"),
        ("import subprocess\nTHING = subprocess.run(['ls'])", "by a command", "function"),
        ("THING = !ls", "by a shell line or a magic", "function"),
        ("THING = %timeit -o 1", "by a shell line or a magic", "function"),
        ("import asyncio\nTHING = await asyncio.sleep(0, 1)", "by awaiting it", "asyncio.run"),
        (
            "from lab import Estimator\nTHING = Estimator()\nTHING.fit([1], [2])",
            "by fitting it",
            "--model or --include",
        ),
        ("from lab import Estimator\nTHING = Estimator().fit([1], [2])", "by fitting it", "--model or --include"),
    ],
)
def test_what_hangs_on_this_machine_or_moment_is_refused(maker: str, how: str, advice: str) -> None:
    with pytest.raises(BadCell) as refused:
        cut(from_history(["", "x = 1", maker, MAIN], {}))
    message = str(refused.value)
    assert "THING" in message
    assert "In [2]" in message
    assert how in message
    assert advice in message


@pytest.mark.parametrize(
    "change",
    [
        "THING.append(4)",
        "THING[0] = 4",
        "THING += [4]",
        "del THING[0]",
        "THING.sort()",
        "import random\nrandom.shuffle(THING)",
        "for x in range(2):\n    THING.append(x)",
        "def grow(): THING.append(1)\ngrow()",
        "if True:\n    THING.extend([1])",
        "from lab import Part\nTHING.part = Part()",
        "(lambda x: THING.append(x))(1)",
        "def grow(x): THING.append(x)\nlist(map(lambda x: grow(x), [1]))",
        "import numpy as np\nnp.add(THING, 1, out=THING)",
        "THING.drop('x', inplace=True)",
        "@THING.register\ndef one(): pass",
        "@THING.setdefault('one', 1).insert\ndef one(): pass",
    ],
)
def test_what_a_later_cell_changed_is_refused(change: str) -> None:
    with pytest.raises(BadCell, match=r"THING was made in In \[1\] and changed in In \[2\]"):
        cut(from_history(["", "THING = [1, 2, 3]", change, MAIN], {}))


def test_a_change_after_the_value_was_used_up_is_no_matter(notebook: Notebook) -> None:
    cells = notebook("xs = [1]", "THING = len(xs)", "xs.append(2)", MAIN)
    assert "append" not in text_of(cells)


def test_a_change_by_another_name_is_seen() -> None:
    with pytest.raises(BadCell, match=r"THING was made in In \[1\] and changed in In \[3\] \(alias.append\(2\)\)"):
        cut(from_history(["", "THING = list([1])", "alias = THING", "alias.append(2)", MAIN], {}))


def test_a_change_by_a_function_of_another_name_is_seen() -> None:
    grow = "from functools import partial\ndef grow(x): THING.append(x)\n"
    for other in ("other = grow", "other = partial(grow)", "other = (lambda f: lambda x: f(x))(grow)"):
        with pytest.raises(BadCell, match=r"THING was made in In \[1\] and changed in In \[[23]\]"):
            cut(from_history(["", "THING = [1]", grow + other, "other(1)", MAIN], {}))


def test_a_change_by_a_method_of_the_notebooks_own_is_seen() -> None:
    counter = (
        "class Counter:\n    def __init__(self): self.n = 0\n"
        "    def look(self): return self.n\n    def add(self): self.n += 1"
    )
    assert "Counter()" in text_of(from_history(["", counter, "THING = Counter()", "THING.look()", MAIN], {}))
    with pytest.raises(BadCell, match=r"THING was made in In \[2\] and changed in In \[3\]"):
        cut(from_history(["", counter, "THING = Counter()", "THING.add()", MAIN], {}))


def test_a_change_that_no_statement_shows_is_seen_in_the_value(notebook: Notebook) -> None:
    cells = notebook("THING = {'a': 1}", "held = [THING]", "held[0]['b'] = 2", MAIN)
    with pytest.raises(BadCell, match=r"THING was made in In \[1\].*is \{'a': 1, 'b': 2\} now"):
        cut(cells)


def test_a_used_generator_is_refused_a_fresh_one_travels(notebook: Notebook) -> None:
    used = notebook("THING = (n for n in range(3))", "next(THING)", MAIN)
    with pytest.raises(BadCell, match="THING"):
        cut(used)
    looped = notebook("THING = (n for n in range(3))", "total = sum(THING)", MAIN)
    with pytest.raises(BadCell, match=r"THING was made in In \[1\] as a generator that has been used"):
        cut(looped)
    assert "range(3)" in text_of(notebook("THING = (n for n in range(3))", MAIN))


def test_live_objects_are_refused_by_what_they_are(notebook: Notebook) -> None:
    cells = notebook("import socket\ndef make(): return socket.socket()\nTHING = make()\nTHING.close()", MAIN)
    with pytest.raises(BadCell, match=r"THING was made in In \[1\] as an open connection"):
        cut(cells)


def test_a_fitted_estimator_is_known_by_its_attributes(notebook: Notebook) -> None:
    cells = notebook(
        "class Model:\n    def get_params(self): return {}\n    def learn(self): self.coef_ = 1\n",
        "THING = Model()",
        "def teach(m): m.learn()\nteach(THING)",
        MAIN,
    )
    with pytest.raises(BadCell, match=r"THING was made in In \[2\] and then fitted \(Model\)"):
        cut(cells)


def test_a_file_that_is_included_may_be_read_again() -> None:
    cells = from_history(["", "with open('data/labels.txt') as f:\n    THING = f.read()", MAIN], {})
    assert "labels.txt" in text_of(cells, includes=["data/labels.txt"])


def test_a_registry_that_a_decorator_fills_is_carried_from_its_own_cell() -> None:
    kinds = "import functools\n@functools.singledispatch\ndef f(x): return 'any'\n"
    body = text_of(
        from_history(["", f"{kinds}@f.register\ndef _(x: int): return 'int'", "def main(): return f(1)"], {})
    )
    assert call(body) == "int"
    with pytest.raises(BadCell, match=r"THING was made in In \[1\] and changed in In \[2\]"):
        registry = "class Reg(list):\n    def add(self, f): self.append(f)\nTHING = Reg()"
        cut(from_history(["", registry, "@THING.add\ndef one(): pass", MAIN], {}))


def test_a_lambda_that_is_kept_changes_nothing_yet() -> None:
    assert "[1]" in text_of(from_history(["", "THING = [1]", "later = lambda: THING.append(1)", MAIN], {}))


def test_writing_into_one_array_is_no_setting_of_its_module() -> None:
    cells = from_history(["", "import numpy as np\nA = []\nnp.add(A, 1, out=A)", "def main(): return np, A"], {})
    assert not any("not carried over" in note for note in cut(cells).notes)
    assert "out=A" in text_of(cells)


@pytest.mark.parametrize(
    "maker",
    [
        "import os\nTHING = os.getcwd()",
        "from pathlib import Path\nTHING = Path.cwd() / 'x'",
        "import sys\nTHING = sys.argv[1:]",
        "from sys import argv\nTHING = argv[1:]",
    ],
)
def test_what_hangs_on_where_it_runs_is_noted(maker: str) -> None:
    notes = cut(from_history(["", maker, MAIN], {})).notes
    assert any(note.startswith("THING, made in In [1], hangs on where it runs") for note in notes)


@pytest.mark.parametrize(
    ("listing", "advice"),
    [
        ("os.listdir()", "a folder of their own"),
        ("os.listdir('.')", "a folder of their own"),
        ("glob.glob('*.csv')", "a folder of their own"),
        ("os.listdir('data')", "--include data "),
        ("glob.glob('./data/*.csv')", "--include data "),
    ],
)
def test_the_advice_for_a_listing_works(listing: str, advice: str) -> None:
    cells = from_history(["", f"import os, glob\nTHING = {listing}", MAIN], {})
    with pytest.raises(BadCell) as refused:
        cut(cells)
    assert advice in str(refused.value)
    assert "--include ." not in str(refused.value)
    if "data" in listing:
        assert listing in text_of(cells, includes=["data/a.csv"])


def test_what_only_a_script_runs_is_told_as_that() -> None:
    cells = from_history(["", 'if __name__ == "__main__":\n    THING = 1', MAIN], {"THING": 1})
    with pytest.raises(BadCell, match=r"main needs THING, which In \[1\] makes under `if __name__"):
        cut(cells)


def test_what_comes_from_the_network_or_the_environment_is_noted() -> None:
    cells = from_history(
        ["", "import os, requests\nTHING = [os.environ['KEY'], requests.get('http://x').text]", MAIN], {}
    )
    notes = " ".join(cut(cells).notes)
    assert "THING, made in In [1], reads the environment" in notes
    assert "comes from the network" in notes


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def main(): return missing", "missing, which is made nowhere"),
        ("def main(): display(1)", "display, which only a notebook knows"),
        ("def main(): return Out[1]", "Out, which only a notebook knows"),
        ("def main(): return _3", "_3, which only a notebook knows"),
        ("def main(): get_ipython()", "get_ipython, which only a notebook knows"),
        ("def other(): pass", "no cell makes a function main"),
        ("N = 1\ndel N\ndef main(): return N", "which In [1] deleted"),
    ],
)
def test_names_that_nothing_makes(body: str, words: str) -> None:
    with pytest.raises(BadCell) as refused:
        cut(from_history(["", body], {}))
    assert words in str(refused.value)


def test_a_value_that_no_cell_made_is_told_apart() -> None:
    with pytest.raises(BadCell, match="exists in the notebook, but no cell that was run makes it"):
        cut(from_history(["", MAIN], {"THING": 1}))


def test_the_nearest_function_is_proposed() -> None:
    with pytest.raises(BadCell, match=r"Did you mean main\?.*--entry"):
        cut(from_history(["", "def main(): pass"], {}), entry="mian")


def test_settings_of_modules_are_noted_as_left_behind() -> None:
    first = "import numpy as np, re\nnp.set_printoptions(precision=2)\nP = re.compile('a')"
    notes = cut(from_history(["", first, "def main(): return [np, P]"], {})).notes
    told = [note for note in notes if note.startswith("not carried over")]
    assert told == ["not carried over: np.set_printoptions(precision=2) (In [1]), a setting of the module np."]

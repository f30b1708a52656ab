"""What a kernel knows of its cells, from a real shell: ids, deleted cells, where a cell stopped, the file."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from fnkit.notebook.history import History, notebook


@pytest.fixture
def shell():
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(config=config)
    InteractiveShell.clear_instance()


@pytest.fixture
def history(shell):
    made = History(shell)
    made.listen()
    yield made
    made.cease()


def run(shell, source, cell_id=None, deleted=None):
    meta = None if deleted is None else {"cellId": cell_id, "deletedCells": deleted}
    with capture_output():
        return shell.run_cell(source, store_history=True, cell_id=cell_id, cell_meta=meta)


def test_cells_have_their_source_as_typed_their_number_and_their_id(shell, history):
    run(shell, "a = 1", "one")
    run(shell, "%time b = 2", "two")
    cells = history.cells().cells
    assert [(cell.label, cell.source, cell.id) for cell in cells] == [
        ("In [1]", "a = 1", "one"),
        ("In [2]", "%time b = 2", "two"),
    ]


def test_deleted_cells_are_known_and_an_undo_brings_one_back(shell, history):
    assert history.cells().deleted is None, "nobody has told"
    run(shell, "a = 1", "one", [])
    run(shell, "b = 2", "two", ["one"])
    assert history.cells().deleted == {"one"}
    run(shell, "a = 1", "one", [])
    assert history.cells().deleted == frozenset()


def test_a_cell_that_raised_stopped_at_its_line(shell, history):
    run(shell, "a = 1\n\n1 / 0\nb = 2")
    run(shell, "def broken(:")
    run(shell, "c = 3")
    assert [cell.stopped for cell in history.cells().cells] == [3, 1, None]


def test_the_body_of_a_magic_counts_and_not_what_its_magic_did_next(shell, history):
    def magic(line, cell):
        history.ran(None)
        raise ValueError("the deploy failed, the body did not")

    shell.register_magic_function(magic, "cell", "deploys")
    run(shell, "%%deploys\na = 1")
    assert [cell.stopped for cell in history.cells().cells] == [None]


def test_the_notebooks_file_is_what_the_front_end_says(tmp_path, monkeypatch):
    file = tmp_path / "deep" / "my.notebook.ipynb"
    file.parent.mkdir()
    file.write_text("{}")
    monkeypatch.chdir(file.parent)
    assert notebook({"__vsc_ipynb_file__": str(file)}, {}) == file
    assert notebook({}, {"JPY_SESSION_NAME": "below/the/top/my.notebook.ipynb"}) == file
    assert notebook({}, {"JPY_SESSION_NAME": "gone.ipynb"}) is None
    assert notebook({}, {}) is None

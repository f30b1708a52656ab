"""The page on the notebook names what there is."""

from pathlib import Path

from fnkit.notebook import parse
from fnkit.notebook.magics import FnkitMagics
from fnkit.verbs import deploying
from fnkit.verbs.table import verb

PAGE = (Path(__file__).parents[3] / "docs" / "notebook.md").read_text()


def test_every_setting_is_on_the_page():
    assert [name for name in FnkitMagics.class_trait_names(config=True) if f"`{name}`" not in PAGE] == []


def test_every_option_that_only_a_magic_has_is_on_the_page():
    table = verb(deploying.deploy)
    own = set(parse.options(table)) - {parameter.option for parameter in table.parameters}
    assert {"--out", "--show-code", "--debug"} <= own
    shown = {"--out": "-o VAR", "--help": "--help"}
    assert [option for option in own if shown.get(option, option) not in PAGE] == []

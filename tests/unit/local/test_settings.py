"""How a platform is served, said on a command line and read again."""

import argparse
from pathlib import Path

import pytest

from fnkit.core.errors import BadArgument
from fnkit.local.settings import Settings, add_options


@pytest.mark.parametrize(
    "settings",
    [Settings(Path("/d")), Settings(Path("/d"), port=0, guest=True, memory=5, folder=(Path("/a b"), Path("/c")))],
)
def test_the_command_line_says_the_same(settings):
    parser = argparse.ArgumentParser()
    add_options(parser)
    given = vars(parser.parse_args(settings.words()))
    assert Settings(**{**given, "folder": tuple(given["folder"])}) == settings


def test_a_folder_that_is_not_there_is_told_before_anything_starts(tmp_path):
    with pytest.raises(BadArgument, match="there is no such folder"):
        Settings(tmp_path, folder=(tmp_path / "photos",)).check()

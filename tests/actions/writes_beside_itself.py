import os
import pathlib
import tempfile


def main(args):
    before = pathlib.Path("note.txt").read_text() if pathlib.Path("note.txt").exists() else None
    pathlib.Path("note.txt").write_text("changed")
    pathlib.Path(os.environ["HOME"], "settings").write_text("mine")
    with tempfile.NamedTemporaryFile() as scratch:
        scratch.write(b"scratch")
        where = scratch.name
    return {"before": before, "home": os.environ["HOME"], "tmp": where, "cwd": os.getcwd()}

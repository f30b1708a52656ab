"""Make requirements/*.lock from pyproject.toml: every version with its hashes, no registry's name in them.

`notebook` is held to the versions of `dev`, so that the demo runs on what the tests ran on.
"""

import os
import shutil

from steps import ROOT, say, step

LOCKS = ROOT / "requirements"


def main() -> None:
    """Resolve for every Python from 3.11 and every system, from the index that pip and uv are set up with."""
    uv = shutil.which("uv", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise SystemExit("Making the locks needs uv: make test installs it.")
    compile_lock = [
        uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes",
        "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet",
    ]  # fmt: skip
    dev, notebook = LOCKS / "dev.lock", LOCKS / "notebook.lock"
    step("Locking dev", [*compile_lock, "--extra", "dev", "--extra", "keyring", "-o", dev])
    step("Locking notebook", [*compile_lock, "--extra", "notebook", "-c", dev, "-o", notebook])
    say("requirements/dev.lock and requirements/notebook.lock are made; read the difference before you commit it.")


if __name__ == "__main__":
    main()

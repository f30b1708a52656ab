"""The README's cells, typed as they stand there, give what it says."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)


def test_the_one_cell(embedded, tmp_path):
    """Each block is a cell of one IPython session beside the photos; the last one's value is shown."""
    cells = blocks("python")
    [shown] = [ast.literal_eval(block.strip()) for block in blocks("") if block.startswith("{")]
    program = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {cells!r}:\n"
        "    done = shell.run_cell(cell, store_history=True)\n"
        "    done.raise_error()\n"
        "print('answer:', done.result)\n"
    )
    session = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "notebooks",
        env={**os.environ, "WSK_CONFIG_FILE": str(embedded.props), "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    embedded.call("DELETE", "actions/smart-body-crop")
    assert session.returncode == 0, session.stdout + session.stderr
    [answer] = re.findall(r"^answer: (.*)$", session.stdout, re.MULTILINE)
    assert ast.literal_eval(answer) == shown

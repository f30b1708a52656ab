"""Runs a command in the demo's environment: `python scripts/within.py fnkit status`."""

import os
import sys

from places import environment
from steps import ROOT

if __name__ == "__main__":
    os.chdir(ROOT)
    env = environment()
    os.environ["PATH"] = env["PATH"]
    os.execvpe(sys.argv[1], sys.argv[1:], env)

"""An action that imports what vision needs and does nothing with it."""

import numpy
from ai_edge_litert.interpreter import Interpreter
from PIL import Image


def main():
    """The names of what was imported."""
    return {"imported": [numpy.__name__, Image.__name__, Interpreter.__name__]}

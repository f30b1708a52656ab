"""The frozen graph of SSD MobileNet v2 as a function that LiteRT can run.

The graph's own way in (a loop over images) and out (non-maximum suppression per class) have no form in LiteRT.
What lies between is cut out; photo to floats and offsets to boxes are written anew, suppression is left to the
caller (`vision.objects`).
Source: TensorFlow's object detection API, faster_rcnn_box_coder.py and ssd_mobilenet_v2_coco.config.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnkit.models.tf import library, pruned

SIDE = 300
IN = "Preprocessor/sub"
OUT = ("concat", "Postprocessor/convert_scores")
MAPS = (19, 10, 5, 3, 2, 1)
"""Cells on a side of each layer that boxes are read from."""
CENTRE, SIZE = 10.0, 5.0
"""The box coder's scale factors."""


def concrete(path: Path) -> Any:
    """uint8 (1, 300, 300, 3) → boxes float32 (1, 1917, 4: ymin, xmin, ymax, xmax, 0..1), scores (1, 1917, 91)."""
    tf = library()
    graph = tf.compat.v1.GraphDef()
    graph.ParseFromString(path.read_bytes())
    ymin, xmin, ymax, xmax = _anchors().T
    height, width = ymax - ymin, xmax - xmin
    middle = _middle(graph)

    def detect(image: Any) -> Any:
        offsets, scores = middle(tf.cast(image, tf.float32) * np.float32(2 / 255) - 1.0)
        dy, dx, dh, dw = tf.unstack(tf.reshape(offsets, (-1, 4)), axis=1)
        y, x = dy / CENTRE * height + ymin + height / 2, dx / CENTRE * width + xmin + width / 2
        h, w = tf.exp(dh / SIZE) * height / 2, tf.exp(dw / SIZE) * width / 2
        return {"boxes": tf.stack([y - h, x - w, y + h, x + w], axis=1)[None], "scores": scores}

    return tf.function(detect).get_concrete_function(tf.TensorSpec((1, SIDE, SIDE, 3), tf.uint8, "image"))


def _middle(graph: Any) -> Any:
    """Floats (1, 300, 300, 3) → offsets (1, 1917, 1, 4) and scores (1, 1917, 91)."""
    tf = library()
    cut = tf.compat.v1.GraphDef()
    cut.CopyFrom(graph)
    # Before the subgraph is taken, so that the loop in front is left behind: half a loop cannot be imported.
    node = next(node for node in cut.node if node.name == IN)
    node.Clear()
    node.name, node.op = IN, "Placeholder"
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["shape"].shape.CopyFrom(tf.TensorShape((1, SIDE, SIDE, 3)).as_proto())
    return pruned(
        tf.compat.v1.graph_util.extract_sub_graph(cut, list(OUT)), f"{IN}:0", [f"{name}:0" for name in OUT]
    )


def _anchors() -> NDArray[np.float32]:
    """The 1917 boxes that offsets are counted from, (1917, 4): ymin, xmin, ymax, xmax.

    Source: multiple_grid_anchor_generator.py; layer by layer, row by row, one box per size and ratio.
    """
    sizes = [*np.linspace(0.2, 0.95, len(MAPS)), 1.0]
    boxes: list[NDArray[np.float64]] = []
    for layer, cells in enumerate(MAPS):
        size, between = sizes[layer], np.sqrt(sizes[layer] * sizes[layer + 1])
        shapes = [(0.1, 1.0), (size, 2.0), (size, 0.5)]
        if layer:
            shapes = [*((size, ratio) for ratio in (1.0, 2.0, 0.5, 3.0, 0.3333)), (between, 1.0)]
        halves = np.array([(side / np.sqrt(ratio), side * np.sqrt(ratio)) for side, ratio in shapes]) / 2
        rows, columns = np.divmod(np.arange(cells * cells), cells)
        centres = (np.stack([rows, columns], axis=1)[:, None] + 0.5) / cells
        boxes.append(np.concatenate([centres - halves, centres + halves], axis=2).reshape(-1, 4))
    return np.concatenate(boxes).astype(np.float32)

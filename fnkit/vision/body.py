"""The body in 18 parts, as OpenPose names, orders and joins them.

Source: OpenPose's COCO model (CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md). A part is named from the
person's own view: RShoulder is the person's right shoulder, on the left of a frontal photo.
"""

PARTS = (
    "Nose",
    "Neck",
    "RShoulder",
    "RElbow",
    "RWrist",
    "LShoulder",
    "LElbow",
    "LWrist",
    "RHip",
    "RKnee",
    "RAnkle",
    "LHip",
    "LKnee",
    "LAnkle",
    "REye",
    "LEye",
    "REar",
    "LEar",
)

LIMBS = (
    ("Neck", "RShoulder"),
    ("Neck", "LShoulder"),
    ("RShoulder", "RElbow"),
    ("RElbow", "RWrist"),
    ("LShoulder", "LElbow"),
    ("LElbow", "LWrist"),
    ("Neck", "RHip"),
    ("RHip", "RKnee"),
    ("RKnee", "RAnkle"),
    ("Neck", "LHip"),
    ("LHip", "LKnee"),
    ("LKnee", "LAnkle"),
    ("Neck", "Nose"),
    ("Nose", "REye"),
    ("REye", "REar"),
    ("Nose", "LEye"),
    ("LEye", "LEar"),
)

COCO = (
    "Nose",
    "LEye",
    "REye",
    "LEar",
    "REar",
    "LShoulder",
    "RShoulder",
    "LElbow",
    "RElbow",
    "LWrist",
    "RWrist",
    "LHip",
    "RHip",
    "LKnee",
    "RKnee",
    "LAnkle",
    "RAnkle",
)
"""The 17 points of COCO in its order, which is MoveNet's. The 18th part, the neck, is between the shoulders."""

GROUPS = {
    "eyes": ("REye", "LEye"),
    "nose": ("Nose",),
    "neck": ("Neck",),
    "shoulders": ("RShoulder", "LShoulder"),
    "elbows": ("RElbow", "LElbow"),
    "wrists": ("RWrist", "LWrist"),
    "hips": ("RHip", "LHip"),
    "knees": ("RKnee", "LKnee"),
    "ankles": ("RAnkle", "LAnkle"),
}
"""What a crop may begin or end at, from the head down."""


def side(part: str) -> str:
    """The person's side on which a part is: `right`, `left` or `middle`.

    >>> side("RKnee"), side("Neck")
    ('right', 'middle')
    """
    return {"R": "right", "L": "left"}[part[0]] if part[1].isupper() else "middle"

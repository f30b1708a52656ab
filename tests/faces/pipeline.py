"""Three actions for a video: take its frames, look at a batch of them, tell what was seen."""

import base64

import fnkit
from fnkit.models import images
from fnkit.vision import report, video, watch
from fnkit.vision.watch import Seen

model = fnkit.models.load("movenet-multipose")


def take(address: str, rate: float = 2.0):
    """The frames as pictures small enough to travel."""
    taken = video.frames(address, rate, width=320)
    return {
        "frames": [
            {"time": frame.time, "image": "data:image/jpeg;base64," + base64.b64encode(frame.jpeg).decode()}
            for frame in taken
        ]
    }


def look(frames: list):
    """Who is on a batch of frames."""
    seen = watch.people(model, ((frame["time"], images.open(frame["image"])) for frame in frames))
    return {"seen": [each.to_json() for each in seen]}


def tell(seen: list):
    """The report, and the command that follows from it."""
    moments = [Seen.from_json(each) for each in seen]
    told = report.presence(moments)
    command = "request_cleaning" if told.spells else "nothing"
    return {"command_type": command, "text": str(told), "chart": report.chart(moments), **told.to_json()}

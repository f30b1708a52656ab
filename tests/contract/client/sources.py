"""Scripts that are deployed, named for what they do, and a test for the first."""

from fnkit.delivery.order import Test

HELLO = """
GREETING = "Hello"


def main(name: str = "you", times: int = 1):
    return {"greeting": " ".join([GREETING] * times) + " " + name}
"""
EDITED = HELLO.replace('"Hello"', '"Good day"')
# What it answers on a platform is not what it answered in the rehearsal.
FICKLE = """
import os


def main(name: str = "you"):
    return {"where": os.environ["__OW_ACTION_NAME"]}
"""
RAISES = """
def inner(by):
    return 1 / by


def main(by: int):
    return {"x": inner(by)}
"""
SECRETIVE = """
import hashlib
import os


def main():
    return {"digest": hashlib.sha256(os.environ["API_TOKEN"].encode()).hexdigest()}
"""
TALKATIVE = """
import os


def main(fail: bool = False):
    print("the token is", os.environ["API_TOKEN"])
    if fail:
        raise ValueError(os.environ["API_TOKEN"])
    return {"token": os.environ["API_TOKEN"], "all": repr(os.environ["API_TOKEN"])}
"""
TIRED = """
import time


def main():
    time.sleep(0.8)
    return {}
"""
SIZE = """
import urllib.request


def main(photo: str, note: str = ""):
    with urllib.request.urlopen(photo) as stream:
        return {"size": len(stream.read()), "note": note}
"""

ADA = Test({"name": "Ada", "times": 2})

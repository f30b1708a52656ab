import pathlib
import time


def main(args):
    pathlib.Path("started").touch()
    while not pathlib.Path(args["gate"]).exists():
        time.sleep(0.005)
    return {"waited": True}

import os
import pathlib
import time


def main(args):
    """Leave a grandchild in a session of its own that holds everything open and beats its heart into a file."""
    beat = pathlib.Path("beat").absolute()
    if os.fork() == 0:
        try:
            os.setsid()
        except OSError:
            pass
        if os.fork() == 0:
            for _ in range(3000):
                with open(beat, "a") as file:
                    file.write(".")
                time.sleep(0.01)
        os._exit(0)
    while not beat.exists():
        time.sleep(0.005)
    if args.get("then") == "exit":
        os._exit(1)
    return {"beat": str(beat)}

import os
import signal


def main(args):
    print("last words", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

import os
import time


def main(args):
    for name in os.listdir("/proc/self/fd"):
        if int(name) >= 200:
            os.close(int(name))
    time.sleep(60)

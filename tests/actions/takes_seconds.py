"""Answers after as many seconds as it is told."""

import time


def main(args):
    time.sleep(args["s"])
    return {"took": args["s"]}

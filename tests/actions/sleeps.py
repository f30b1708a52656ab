import time


def main(args):
    time.sleep(args["seconds"])
    return {"slept": args["seconds"]}

COUNT = 0


def main(args):
    global COUNT
    COUNT += 1
    return {"count": COUNT, "args": args}

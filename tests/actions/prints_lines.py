import sys

print("imported")


def main(args):
    print("first line")
    print("to stderr", file=sys.stderr)
    print("snowman ☃ and umlaut ä")
    print("")
    print("after an empty line")
    return {"done": True}

import sys


def main(args):
    sys.stdout.write("no newline")
    sys.stderr.write("here neither")
    return {}

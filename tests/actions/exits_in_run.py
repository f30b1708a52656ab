import sys


def main(args):
    print("about to leave")
    sys.exit(3)

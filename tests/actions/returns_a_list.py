def main(args):
    return [1, "two", {"three": 3}]

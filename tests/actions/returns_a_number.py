def main(args):
    return 5

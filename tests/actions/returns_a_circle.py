def main(args):
    circle = {}
    circle["me"] = circle
    return circle

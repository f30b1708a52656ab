def main(args):
    raise ValueError("☃ is no number")

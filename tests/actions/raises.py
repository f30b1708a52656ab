def main(args):
    total = 0
    return {"mean": 1 / total}

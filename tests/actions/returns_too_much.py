def main(args):
    return {"text": "x" * args["length"]}

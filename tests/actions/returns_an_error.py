def main(args):
    return {"error": args.get("error", "no such photo"), "also": 1}

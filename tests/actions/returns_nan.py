def main(args):
    return {"share": float("nan")}

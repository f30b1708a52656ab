def main(args):
    for number in range(args["lines"]):
        print(str(number).rjust(6, "0") + " " + "x" * 93)
    return {"lines": args["lines"]}

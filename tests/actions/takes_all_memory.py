def main(args):
    hoard = bytearray(args.get("megabytes", 600) * 1024 * 1024)
    return {"bytes": len(hoard)}

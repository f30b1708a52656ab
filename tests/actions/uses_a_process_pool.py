import multiprocessing


def double(number):
    return 2 * number


def main(args):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return {"sum": sum(pool.map(double, range(4)))}

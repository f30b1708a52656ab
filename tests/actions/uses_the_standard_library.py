import asyncio
import concurrent.futures
import datetime
import os
import socket
import sqlite3
import ssl
import uuid
import zoneinfo


def double(number):
    return 2 * number


async def nap():
    await asyncio.sleep(0)
    return 1


def main(args):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        threads = sum(pool.map(double, range(4)))
    database = sqlite3.connect("own.db")
    database.execute("create table t (a)")
    database.execute("insert into t values (1)")
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    zones = os.path.exists("/usr/share/zoneinfo/Europe/Berlin")
    winter = datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")) if zones else None
    return {
        "threads": threads,
        "database": database.execute("select sum(a) from t").fetchone()[0],
        "awaited": asyncio.run(nap()),
        "certificates": bool(ssl.create_default_context().get_ca_certs()) or not os.path.exists(bundle),
        "name": bool(socket.getaddrinfo("localhost", 80)),
        "zone": winter.tzname() if winter else "CET",
        "uuid": len(str(uuid.uuid4())),
        "processors": os.cpu_count() > 0,
        "own_process": "VmRSS" in open("/proc/self/status").read(),
    }

"""Answers queries with DuckDB, one request a line on standard input: `python duckdb.py`.

{"open": number, "setup": [statement, …]}    makes a database of this number; no answer
{"queries": [query, …], "of": number}         a line for each query: {"rows": [[value, …], …]} with exact values, or {"error": text}
{"close": number}                             forgets a database; no answer
"""

import datetime
import decimal
import faulthandler
import json
import sys

import duckdb

EPOCH = datetime.date(1970, 1, 1)

# What is loaded by itself would come from the network.
SETTINGS = {"threads": "1", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}

# Seconds that a request may take. A process that is stuck ends, which the test sees.
DEADLINE = 300


def exact(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return f"int:{value}"
    if isinstance(value, float):
        return f"float:{value!r}"
    if isinstance(value, decimal.Decimal):
        return f"decimal:{value:f}"
    if isinstance(value, str):
        return f"text:{value}"
    if isinstance(value, bytes):
        return f"bytes:{value.hex()}"
    if isinstance(value, datetime.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f"time:{(seconds * 1_000_000 + value.microsecond) * 1000}"
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return f"date:{(value - EPOCH).days}"
    if isinstance(value, list):
        return [exact(element) for element in value]
    raise TypeError(f"{value!r} has no exact form")


def rows(connection, query):
    relation = connection.sql(query)
    # Python's own times have no nanoseconds.
    instants = [str(kind).startswith("TIMESTAMP") for kind in relation.types]
    if not any(instants):
        return [[exact(value) for value in row] for row in relation.fetchall()]
    names = ", ".join(f"v{at}" for at in range(len(instants)))
    values = ", ".join(f"epoch_ns(v{at})" if instant else f"v{at}" for at, instant in enumerate(instants))
    relation = connection.sql(f"select {values} from ({query}) q({names})")
    of = lambda value, instant: f"instant:{value}" if instant and value is not None else exact(value)
    return [[of(value, instant) for value, instant in zip(row, instants)] for row in relation.fetchall()]


def main():
    databases = {}
    for line in sys.stdin:
        faulthandler.dump_traceback_later(DEADLINE, exit=True)
        request = json.loads(line)
        if "open" in request:
            databases[request["open"]] = connection = duckdb.connect(config=SETTINGS)
            for statement in request["setup"]:
                connection.execute(statement)
        if "close" in request:
            databases.pop(request["close"]).close()
        for query in request.get("queries", []):
            try:
                answer = {"rows": rows(databases[request["of"]], query)}
            except duckdb.Error as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
        faulthandler.cancel_dump_traceback_later()


main()

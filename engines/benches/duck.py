"""Times statements with DuckDB: `python duck.py STORE THREADS`.

Reads one request a line, statements separated by tabs, and answers each with a line: the seconds of all its statements
together and the rows of their results. Results are fetched as Arrow tables. `store` is a view of all row group files of
the store, with the name of a dataset cut from the path of its folder.
"""

import sys
import time

import duckdb

root, threads = sys.argv[1], int(sys.argv[2])
connection = duckdb.connect(config={"threads": threads})
connection.execute("set timezone = 'UTC'")
# It would print among the answers.
connection.execute("set enable_progress_bar = false")
connection.execute(
    f"create view store as select split_part(filename, '/', -2) as name, * exclude filename "
    f"from read_parquet('{root}/*/*.parquet', filename = true)"
)
print(duckdb.__version__, flush=True)
for line in sys.stdin:
    statements = line.rstrip("\n").split("\t")
    start = time.perf_counter()
    rows = sum(connection.execute(statement).to_arrow_table().num_rows for statement in statements)
    print(time.perf_counter() - start, rows, flush=True)

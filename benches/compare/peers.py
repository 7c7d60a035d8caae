#!/usr/bin/env python3
"""The libraries that oups is compared with, one operation in one process.

    peers.py gen [--rows N] --dir D             writes the inputs
    peers.py PEER WORKLOAD [--rows N] --dir D   runs one workload, and prints one JSON line

Inputs in D/in<N>/: base.parquet (N ticks), late.parquet (2 % of N rows over the middle tenth, half corrections of rows
in base, half new), appends/ (200 x 5,000 rows), keys/ (100 x 200,000 rows), spans.json (the ranges that are read).
Workloads: bulk, append (200 writes), upsert (late into base, on ts and seq), range (50 spans of 0.1 %), scan, cross
(10 spans of 1 % over 100 keys), asof (each row with the newest of half as many others), keys (list 2,000 datasets). Only the operation is
timed, with its inputs in memory.
"""

import argparse
import json
import resource
import shutil
import time
from pathlib import Path

import numpy as np

START_NS = 1_672_531_200_000_000_000
STEP_NS = 1_000_000


def ticks(n, seed):
    import pyarrow as pa

    r = np.random.default_rng(seed)
    ts = START_NS + np.cumsum(r.integers(0, 2 * STEP_NS, n))
    price = np.round(100 + np.cumsum(r.normal(0, 0.01, n)), 2)
    spread = np.round(r.uniform(0.01, 0.05, n), 2)
    side = pa.DictionaryArray.from_arrays(pa.array(r.integers(0, 2, n).astype("int32")), pa.array(["B", "S"]))
    return pa.table(
        {
            "ts": pa.array(ts, pa.timestamp("ns")),
            "seq": pa.array(np.arange(n), pa.int64()),
            "price": price,
            "qty": r.integers(1, 1000, n),
            "bid": price - spread,
            "ask": price + spread,
            "side": side.cast(pa.string()),
        }
    )


def gen(d, n, is_all):
    import pyarrow as pa
    import pyarrow.parquet as pq

    for folder in ("appends", "keys"):
        (d / folder).mkdir(parents=True, exist_ok=True)
    base = ticks(n, 1)
    pq.write_table(base, d / "base.parquet")
    pq.write_table(late(base, n), d / "late.parquet")
    if not is_all:
        return
    appends = ticks(200 * 5000, 3)
    for i in range(200):
        pq.write_table(appends.slice(i * 5000, 5000), d / "appends" / f"{i:04}.parquet")
    for k in range(100):
        pq.write_table(ticks(200_000, 100 + k), d / "keys" / f"SYM{k:03}.parquet")
    spans(d)


def late(base, n):
    import pyarrow as pa

    low, high, half = int(n * 0.45), int(n * 0.55), n // 100
    r = np.random.default_rng(7)

    def pick():
        return base.take(pa.array(np.sort(r.choice(np.arange(low, high), half, replace=False))))

    corrected, new = pick(), pick()
    corrected = corrected.set_column(2, "price", pa.array(np.full(half, 1.0)))
    new = new.set_column(1, "seq", pa.array(np.arange(n, n + half)))
    return pa.concat_tables([corrected, new]).sort_by("ts")


def spans(d):
    """Draws the ranges once, for all peers, as pairs of nanoseconds."""
    drawn = {
        "range": ranges(table(d / "base.parquet"), 50, 0.001),
        "cross": ranges(table(d / "keys" / "SYM000.parquet"), 10, 0.01),
    }
    (d / "spans.json").write_text(json.dumps(drawn))


def ranges(t, n, share, seed=5):
    ts = t.column("ts").cast("int64").to_numpy()
    r = np.random.default_rng(seed)
    w = int(len(ts) * share)
    return [(int(ts[s]), int(ts[s + w])) for s in r.integers(0, len(ts) - w - 1, n)]


def table(p):
    import pyarrow.parquet as pq

    return pq.read_table(p)


class Peer:
    RG = 1_000_000

    def __init__(self, root):
        self.root = root
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)

    def prep(self, t):
        return t  # conversion to the peer's own input type, untimed

    def asof(self, left, right):
        raise SystemExit("it has no as-of join")


class Parquet(Peer):
    "direct Parquet files with pyarrow: the traditional approach of the seed"

    def bulk(self, k, t):
        import pyarrow.parquet as pq

        pq.write_table(t, self.root / f"{k}.parquet", row_group_size=self.RG)

    def append(self, k, t):
        import pyarrow as pa, pyarrow.parquet as pq

        p = self.root / f"{k}.parquet"
        t = pa.concat_tables([pq.read_table(p), t]) if p.exists() else t
        pq.write_table(t, p, row_group_size=self.RG)

    def upsert(self, k, t):
        import pandas as pd, pyarrow as pa, pyarrow.parquet as pq

        p = self.root / f"{k}.parquet"
        df = (
            pd.concat([pq.read_table(p).to_pandas(), t.to_pandas()])
            .drop_duplicates(["ts", "seq"], keep="last")
            .sort_values("ts", kind="stable")
        )
        pq.write_table(pa.Table.from_pandas(df, preserve_index=False), p, row_group_size=self.RG)

    def range(self, k, a, b):
        import pyarrow as pa, pyarrow.parquet as pq

        return pq.read_table(
            self.root / f"{k}.parquet",
            filters=[("ts", ">=", pa.scalar(a, pa.timestamp("ns"))), ("ts", "<", pa.scalar(b, pa.timestamp("ns")))],
        ).num_rows

    def scan(self, k):
        import pyarrow.parquet as pq

        return pq.read_table(self.root / f"{k}.parquet").num_rows

    def cross(self, keys, a, b):
        return sum(self.range(k, a, b) for k in keys)

    def asof(self, left, right):
        import pandas as pd, pyarrow.parquet as pq

        read = lambda k: pq.read_table(self.root / f"{k}.parquet").to_pandas()
        return len(pd.merge_asof(read(left), read(right), on="ts"))

    def keys(self):
        return len([p.stem for p in self.root.iterdir()])


class Duck(Parquet):
    "DuckDB native table with an index-free upsert (delete + insert)"

    def __init__(self, root):
        super().__init__(root)
        import duckdb

        self.c = duckdb.connect(str(root / "x.duckdb"))
        self.made = set()

    def bulk(self, k, t):
        self.c.register("t_", t)
        self.c.execute(f"create table {k} as select * from t_")
        self.c.execute("checkpoint")
        self.made.add(k)

    def append(self, k, t):
        self.c.register("t_", t)
        self.c.execute(
            f"insert into {k} select * from t_" if k in self.made else f"create table {k} as select * from t_"
        )
        self.made.add(k)

    def upsert(self, k, t):
        self.c.register("t_", t)
        self.c.execute(
            f"begin; delete from {k} using t_ where {k}.ts=t_.ts and {k}.seq=t_.seq; insert into {k} select * from t_; commit; checkpoint"
        )

    def range(self, k, a, b):
        return (
            self.c.execute(
                f"select * from {k} where ts>=make_timestamp_ns({a}) and ts<make_timestamp_ns({b}) order by ts"
            )
            .to_arrow_table()
            .num_rows
        )

    def scan(self, k):
        return self.c.execute(f"select * from {k}").to_arrow_table().num_rows

    def asof(self, left, right):
        q = f"select l.*, r.* from {left} l asof left join {right} r on l.ts >= r.ts order by l.ts"
        return self.c.sql(q).to_arrow_table().num_rows

    def keys(self):
        return len(self.c.execute("select table_name from information_schema.tables where table_type = 'BASE TABLE'").fetchall())


class Polars(Parquet):
    "Polars over direct Parquet"

    def bulk(self, k, t):
        import polars as pl

        pl.from_arrow(t).write_parquet(self.root / f"{k}.parquet", row_group_size=self.RG)

    def append(self, k, t):
        import polars as pl

        p = self.root / f"{k}.parquet"
        d = pl.from_arrow(t)
        (pl.concat([pl.read_parquet(p), d]) if p.exists() else d).write_parquet(p, row_group_size=self.RG)

    def upsert(self, k, t):
        import polars as pl

        p = self.root / f"{k}.parquet"
        pl.concat([pl.read_parquet(p), pl.from_arrow(t)]).unique(["ts", "seq"], keep="last", maintain_order=True).sort(
            "ts", maintain_order=True
        ).write_parquet(p, row_group_size=self.RG)

    def _r(self, k, a, b):
        import polars as pl

        return pl.scan_parquet(self.root / f"{k}.parquet").filter(
            (pl.col("ts") >= pl.lit(a).cast(pl.Datetime("ns"))) & (pl.col("ts") < pl.lit(b).cast(pl.Datetime("ns")))
        )

    def range(self, k, a, b):
        return self._r(k, a, b).collect().height

    def cross(self, keys, a, b):
        import polars as pl

        return sum(d.height for d in pl.collect_all([self._r(k, a, b) for k in keys]))

    def scan(self, k):
        import polars as pl

        return pl.read_parquet(self.root / f"{k}.parquet").height

    def asof(self, left, right):
        import polars as pl

        read = lambda k: pl.scan_parquet(self.root / f"{k}.parquet").set_sorted("ts")
        return read(left).join_asof(read(right), on="ts", coalesce=False).collect().height


class Arctic(Peer):
    "ArcticDB on LMDB"

    def __init__(self, root):
        super().__init__(root)
        import arcticdb as adb

        self.adb = adb
        self.l = adb.Arctic(f"lmdb://{root}?map_size=60GB").get_library("x", create_if_missing=True)

    def prep(self, t):
        return t.to_pandas().set_index("ts")

    def bulk(self, k, t):
        self.l.write(k, t)

    def append(self, k, t):
        self.l.append(k, t, prune_previous_versions=True)

    def upsert(self, k, t):
        "read the touched span, merge in pandas, update: the stable way (`merge_experimental` is under development)"
        import pandas as pd

        a, b = t.index[0], t.index[-1]
        old = self.l.read(k, date_range=(a, b)).data
        df = (
            pd.concat([old, t])
            .reset_index()
            .drop_duplicates(["ts", "seq"], keep="last")
            .sort_values("ts", kind="stable")
            .set_index("ts")
        )
        self.l.update(k, df, prune_previous_versions=True)

    def range(self, k, a, b):
        import pandas as pd

        return len(self.l.read(k, date_range=(pd.Timestamp(a), pd.Timestamp(b - 1))).data)

    def scan(self, k):
        return len(self.l.read(k).data)

    def cross(self, keys, a, b):
        import pandas as pd

        dr = (pd.Timestamp(a), pd.Timestamp(b - 1))
        return sum(len(v.data) for v in self.l.read_batch([self.adb.ReadRequest(k, date_range=dr) for k in keys]))

    def asof(self, left, right):
        "both are read, and pandas joins them"
        import pandas as pd

        read = lambda k: self.l.read(k).data
        return len(pd.merge_asof(read(left), read(right), left_index=True, right_index=True))

    def keys(self):
        return len(self.l.list_symbols())


class Delta(Peer):
    "delta-rs through deltalake"

    def bulk(self, k, t):
        from deltalake import write_deltalake

        write_deltalake(str(self.root / k), t)

    def append(self, k, t):
        from deltalake import write_deltalake

        write_deltalake(str(self.root / k), t, mode="append")

    def upsert(self, k, t):
        from deltalake import DeltaTable

        (
            DeltaTable(str(self.root / k))
            .merge(t, "t.ts = s.ts and t.seq = s.seq", source_alias="s", target_alias="t")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )

    def range(self, k, a, b):
        import pyarrow as pa, pyarrow.dataset as ds
        from deltalake import DeltaTable

        ty = pa.timestamp("us")
        dt = DeltaTable(str(self.root / k))
        return dt.to_pyarrow_table(
            filters=[("ts", ">=", pa.scalar(a // 1000, ty)), ("ts", "<", pa.scalar(b // 1000, ty))]
        ).num_rows

    def scan(self, k):
        from deltalake import DeltaTable

        return DeltaTable(str(self.root / k)).to_pyarrow_table().num_rows

    def cross(self, keys, a, b):
        return sum(self.range(k, a, b) for k in keys)

    def prep(self, t):
        import pyarrow as pa

        return t.set_column(0, "ts", t.column("ts").cast(pa.timestamp("us"), safe=False))

    def keys(self):
        return len([p for p in self.root.iterdir() if (p / "_delta_log").exists()])


PEERS = {"parquet": Parquet, "duckdb": Duck, "polars": Polars, "arcticdb": Arctic, "deltalake": Delta}


def timed(f):
    """Seconds and the process's peak memory as facts, and what came out."""
    t0, cpu0 = time.perf_counter(), time.process_time()
    v = f()
    s, cpu = time.perf_counter() - t0, time.process_time() - cpu0
    return {"s": s, "cpu_s": cpu, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}, v


def quotes(t):
    "every other row, 0.4 ms later: the time and two columns"
    import pyarrow as pa

    q = t.take(pa.array(np.arange(0, t.num_rows, 2))).select(["ts", "bid", "ask"])
    later = pa.array(q.column("ts").cast("int64").to_numpy() + 400_000, pa.timestamp("ns"))
    return q.set_column(0, "ts", later)


def run(p, work, i, out):
    """What the operation took, as facts for the line."""
    if work in ("bulk", "upsert", "range", "scan"):
        t = p.prep(table(i / "base.parquet"))
        facts, _ = timed(lambda: p.bulk("base", t))
        if work == "bulk":
            size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
            return {**facts, "bytes": size, "n": p.scan("base")}
        del t
        if work == "upsert":
            late = p.prep(table(i / "late.parquet"))
            facts, _ = timed(lambda: p.upsert("base", late))
            return {**facts, "n": p.scan("base")}
        if work == "scan":
            rounds = [timed(lambda: p.scan("base")) for _ in range(3)]
            facts, n = min(rounds, key=lambda r: r[0]["s"])
            return {**facts, "n": n}
        rs = json.loads((i / "spans.json").read_text())["range"]
        facts, n = timed(lambda: sum(p.range("base", x, y) for x, y in rs))
        return {**facts, "n": n}
    if work == "append":
        ts = [p.prep(table(f)) for f in sorted((i / "appends").iterdir())]
        if isinstance(p, Arctic):
            p.bulk("app", ts[0])
            ts = ts[1:]
        facts, _ = timed(lambda: [p.append("app", t) for t in ts])
        return {**facts, "n": p.scan("app")}
    if work == "cross":
        ks = sorted((i / "keys").iterdir())
        for f in ks:
            p.bulk(f.stem, p.prep(table(f)))
        rs = json.loads((i / "spans.json").read_text())["cross"]
        facts, n = timed(lambda: sum(p.cross([f.stem for f in ks], x, y) for x, y in rs))
        return {**facts, "n": n}
    if work == "asof":
        t = table(i / "base.parquet")
        p.bulk("base", p.prep(t))
        p.bulk("quotes", p.prep(quotes(t)))
        del t
        facts, n = timed(lambda: p.asof("base", "quotes"))
        return {**facts, "n": n}
    if work == "keys":
        t = p.prep(table(i / "keys" / "SYM000.parquet").slice(0, 10))
        for k in range(2000):
            p.bulk(f"K{k:05}", t)
        facts, n = timed(p.keys)
        return {**facts, "n": n}
    raise SystemExit(f"no workload {work}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("peer", choices=["gen", *PEERS])
    ap.add_argument("work", nargs="?")
    ap.add_argument("--rows", type=int, default=10_000_000)
    ap.add_argument("--dir", type=Path, required=True)
    ap.add_argument("--base", action="store_true", help="only the inputs of bulk, upsert and scan")
    a = ap.parse_args()
    i = a.dir / f"in{a.rows}"
    if a.peer == "gen":
        gen(i, a.rows, not a.base)
        return
    out = a.dir / "out" / a.peer
    facts = run(PEERS[a.peer](out), a.work, i, out)
    print(json.dumps({"peer": a.peer, "work": a.work, "rows": a.rows, **facts}))


if __name__ == "__main__":
    main()

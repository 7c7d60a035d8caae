#!/usr/bin/env python3
"""oups and its peers on the same work, in turn, in one run; prints the table of docs/performance.md.

    python3 -m venv v && v/bin/pip install -r benches/compare/requirements.txt
    v/bin/python benches/compare/compare.py --dir D [--rows 10000000] [--rounds 3] [--only bulk,scan] [--write]
    v/bin/python benches/compare/compare.py --dir D --without polars:append,polars:upsert --slow 20

Makes the inputs where they are missing and builds `oups-bench`. Every run is a process of its own, and is noted in
D/results.jsonl: what is noted there is not run again, so a run that was stopped goes on where it was (`--fresh` begins
anew). `--write` puts the tables into docs/performance.md. A peer that is slow at a workload is run once only (`--slow`), or
not at all (`--without`).
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
WORK = ["bulk", "append", "upsert", "range", "scan", "cross", "asof", "keys"]
# The peers with goals; `--peers` also takes parquet and deltalake, which need most of an hour.
PEERS = ["arcticdb", "duckdb", "polars"]
# Workloads that only oups runs: LIMITS bound another workload, ALONE are measured against themselves.
LIMITS = {"bulk": "limit-write", "scan": "limit-scan"}
ALONE = {
    "groups": 10_000_000,
    "discover": 10_000_000,
    "memory": 20_000_000,
    "stream": 20_000_000,
    "equal": 1_000_000,
    "ingest": 10_000_000,
    "ordered": 10_000_000,
}
# (workload, peer, fact, goal): the goal is met if oups's figure is at most `goal` times the peer's.
GOALS = [
    ("bulk", "arcticdb", "s", 1.15),
    ("bulk", "polars", "s", 0.6),
    ("bulk", "limit", "s", 1.15),
    ("bulk", "arcticdb", "bytes", 0.5),
    ("append", "best of arcticdb and duckdb", "s", 0.75),
    ("upsert", "arcticdb", "s", 0.5),
    ("upsert", "duckdb", "s", 0.5),
    ("range", "duckdb", "s", 0.4),
    ("range", "arcticdb", "s", 0.15),
    ("scan", "duckdb", "s", 1.0),
    ("scan", "arcticdb", "s", 0.8),
    ("scan", "limit", "s", 1.15),
    ("cross", "duckdb", "s", 0.3),
    ("cross", "arcticdb", "s", 0.2),
    ("keys", "duckdb", "s", 0.3),
]
# (workload, fact, goal) of workloads that only oups runs.
OWN_GOALS = [
    ("upsert", "above_mb", 256),
    ("memory", "above_mb", 256),
    ("stream", "above_mb", 256),
    ("ingest", "peak_mb", 512),
    ("groups", "ratio", 2),
    ("discover", "ratio", 3),
]


def main():
    a = arguments()
    a.dir.mkdir(parents=True, exist_ok=True)
    results = Results(a.dir / "results.jsonl", a.fresh)
    if not a.table:
        prepare(a)
        for run in plan(a):
            results.has(run) or is_slow(results, a, run) or results.add(run, execute(a, run))
    text = "\n\n".join([heading(a), times(results, a), goals(results, a), alone(results)])
    print(text)
    if a.write:
        write(text)


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dir", type=Path, required=True, help="inputs, results, and what is written meanwhile: 20 GB")
    ap.add_argument("--rows", type=int, default=10_000_000)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--only", type=lambda text: text.split(","), default=[*WORK, *ALONE], help="workloads")
    ap.add_argument("--peers", type=lambda text: text.split(","), default=PEERS)
    ap.add_argument("--without", type=lambda text: text.split(","), default=[], help="PEER:WORKLOAD: do not run these")
    ap.add_argument("--slow", type=float, default=30, help="a peer's run that takes more seconds, with its preparation, is not repeated")
    ap.add_argument("--alone-rows", type=int, help="rows of the workloads that only oups runs, for a quick look")
    ap.add_argument("--binary", type=Path, help="a built `oups-bench`")
    ap.add_argument("--timeout", type=int, default=900, help="seconds of one run")
    ap.add_argument("--fresh", action="store_true", help="forget what is in results.jsonl")
    ap.add_argument("--table", action="store_true", help="run nothing, only show the results so far")
    ap.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    return ap.parse_args()


class Results:
    """The lines of all runs, on disk as soon as they are known."""

    def __init__(self, path, fresh):
        self.path = path
        if fresh:
            path.unlink(missing_ok=True)
        self.lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def has(self, run):
        return any(all(line.get(k) == run[k] for k in ("peer", "work", "rows", "round")) for line in self.lines)

    def add(self, run, line):
        line = {**line, **run}
        self.lines.append(line)
        with self.path.open("a") as f:
            f.write(json.dumps(line) + "\n")

    def median(self, work, peer, fact, rows=None):
        """The median of a fact over all rounds; `None` where nobody told."""
        same = [x for x in self.lines if x["work"] == work and x["peer"] == peer and rows in (None, x["rows"])]
        values = [line[fact] for line in same if line.get(fact) is not None]
        return statistics.median(values) if values else None


def prepare(a):
    if not (a.dir / f"in{a.rows}" / "spans.json").exists():
        peers(a, "gen", "--rows", str(a.rows))
    build(a)


def build(a):
    if not a.binary:
        subprocess.run(["cargo", "build", "--release", "-q", "-p", "oups-bench"], cwd=PROJECT, check=True)


def plan(a):
    """All runs, those of oups and of the peers in turn, so that a slow minute of the machine hits both.

    Runs without a goal, and workloads that only oups runs, need only one round.
    """
    with_goal = {(work, name) for work, peer, *_ in GOALS for name in PEERS if name in peer}
    for number in range(a.rounds):
        for work in [work for work in WORK if work in a.only]:
            yield {"work": work, "peer": "oups", "rows": a.rows, "round": number}
            if work in LIMITS:
                yield {"work": work, "peer": "limit", "rows": a.rows, "round": number}
            for peer in a.peers:
                if f"{peer}:{work}" not in a.without and (number == 0 or (work, peer) in with_goal):
                    yield {"work": work, "peer": peer, "rows": a.rows, "round": number}
        for work in [work for work in ALONE if work in a.only and number == 0]:
            yield {"work": work, "peer": "oups", "rows": a.alone_rows or ALONE[work], "round": number}


def is_slow(results, a, run):
    """Whether a peer took too long to be repeated. Runs of oups are always repeated."""
    took = results.median(run["work"], run["peer"], "whole_s", run["rows"])
    return run["peer"] not in ("oups", "limit") and took is not None and took > a.slow


def execute(a, run):
    """Runs one workload in a process of its own. A run that fails is noted, and not tried again."""
    print(f"{run['round']} {run['work']} {run['peer']}", end=" ", file=sys.stderr, flush=True)
    shutil.rmtree(a.dir / "out", ignore_errors=True)
    # Pages of an earlier run that are not yet written back would slow down this one.
    os.sync()
    rows, begun = ["--rows", str(run["rows"])], time.monotonic()
    try:
        if run["peer"] in ("oups", "limit"):
            work = LIMITS[run["work"]] if run["peer"] == "limit" else run["work"]
            line = ours(a, work, *rows)
        else:
            line = peers(a, run["peer"], run["work"], *rows)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        output = error.stderr or ""
        output = output if isinstance(output, str) else output.decode(errors="replace")
        line = {"error": (output.strip().splitlines() or [str(error)])[-1]}
    line["whole_s"] = round(time.monotonic() - begun, 1)
    shutil.rmtree(a.dir / "out", ignore_errors=True)
    print(line.get("error") or f"{line['s']:.3f} s of {line['whole_s']} s", file=sys.stderr)
    return line


def ours(a, *arguments):
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    binary = a.binary or target / "release" / "oups-bench"
    return process(a, [binary, *arguments, "--dir", a.dir])


def peers(a, *arguments):
    return process(a, [sys.executable, HERE / "peers.py", *arguments, "--dir", a.dir])


def process(a, command):
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=a.timeout)
    return json.loads(done.stdout) if done.stdout.strip() else {}


def heading(a):
    cpu = next((x for x in read("/proc/cpuinfo").splitlines() if x.startswith("model name")), "").partition(": ")[2]
    ram = next((int(x.split()[1]) >> 20 for x in read("/proc/meminfo").splitlines() if x.startswith("MemTotal")), "?")
    versions = [f"{name} {version(name)}" for name in ("arcticdb", "duckdb", "polars", "pyarrow", "deltalake")]
    return (
        f"{datetime.date.today()}, {os.cpu_count()} cores of {cpu or platform.machine()}, {ram} GiB of memory, "
        f"{platform.system()} {platform.release()}; {', '.join(versions)}; {a.rows:,} rows, medians of {a.rounds} rounds. "
        f"Command: `compare.py --dir D --rows {a.rows} --rounds {a.rounds}`."
    )


def version(name):
    from importlib import metadata

    return metadata.version(name)


def read(path):
    return Path(path).read_text() if Path(path).exists() else ""


def times(results, a):
    """Seconds and megabytes on disk of oups and all peers; behind a peer's figure stands the ratio of oups's to it."""
    names = ["oups", "limit", *a.peers]
    rows = [["", *names], ["---", *["---:"] * len(names)]]
    titles = {"s": "s", "cpu_s": "CPU s", "bytes": "MB on disk"}
    for work, fact in [("bulk", "bytes"), *[(work, fact) for work in WORK for fact in ("s", "cpu_s")]]:
        own = results.median(work, "oups", fact, a.rows)
        cells = [cell(own, results.median(work, name, fact, a.rows), fact, name == "oups") for name in names]
        if any(cell != "–" for cell in cells):
            rows.append([f"{work}, {titles[fact]}", *cells])
    return table(rows) + "\n\nIn brackets: oups's figure divided by the peer's." + differing(results, a)


def cell(own, value, fact, is_own):
    if value is None:
        return "–"
    text = f"{value / 1e6:.1f}" if fact == "bytes" else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"
    return f"**{text}**" if is_own else f"{text} ({own / value:.2f})" if own and value else text


def differing(results, a):
    """Peers that found another number of rows."""
    texts = []
    for work in WORK:
        own = results.median(work, "oups", "n", a.rows)
        for peer in a.peers:
            n = results.median(work, peer, "n", a.rows)
            if None not in (own, n) and n != own:
                texts.append(f"{peer} finds {n:,.0f} rows in {work}, oups {own:,.0f}.")
    # ArcticDB's upsert and Delta's microseconds are described in docs/performance.md.
    return "".join(f"\n{text}" for text in texts)


def goals(results, a):
    rows = [["workload", "against", "goal", "found", ""], ["---", "---", "---:", "---:", "---"]]
    for work, peer, fact, goal in GOALS:
        own = results.median(work, "oups", fact, a.rows)
        names = ["arcticdb", "duckdb"] if peer.startswith("best") else [peer]
        found = [x for x in (results.median(work, name, fact, a.rows) for name in names) if x]
        if own and found:
            ratio = own / min(found)
            what = f"{work}, bytes" if fact == "bytes" else work
            rows.append([what, peer, f"≤ {goal} ×", f"{ratio:.2f} ×", "met" if ratio <= goal else "**missed**"])
    for work, fact, goal in OWN_GOALS:
        own = results.median(work, "oups", fact)
        if own is not None:
            unit = " ×" if fact == "ratio" else " MB"
            what = {
                "above_mb": "memory above the inputs",
                "peak_mb": "memory",
                "ratio": {"groups": "10 row groups", "discover": "the bare walk"}.get(work),
            }[fact]
            rows.append([work, what, f"≤ {goal}{unit}", f"{own:.4g}{unit}", "met" if own <= goal else "**missed**"])
    return table(rows)


def alone(results):
    rows = [["ours alone", "s", "peak above the inputs, MB"], ["---", "---:", "---:"]]
    for work in ALONE:
        s, above = results.median(work, "oups", "s"), results.median(work, "oups", "above_mb")
        if s is not None:
            rows.append([work, f"{s:.4g}", "–" if above is None else f"{above:.0f}"])
    return table(rows)


def table(rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write(text):
    page = PROJECT / "docs" / "performance.md"
    before, _, rest = page.read_text().partition("<!-- compare.py -->")
    _, _, after = rest.partition("<!-- end -->")
    page.write_text(f"{before}<!-- compare.py -->\n{text}\n<!-- end -->{after}")


if __name__ == "__main__":
    main()

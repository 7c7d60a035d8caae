#!/usr/bin/env python3
"""How time and memory of oups grow with rows, row groups, keys and threads; draws docs/plots/*.svg.

    v/bin/python benches/compare/growth.py --dir D [--rounds 3] [--only rows,groups,keys,threads]

Every point is the median of some runs of `oups-bench`, noted in D/growth.jsonl: what is noted is not run again. Inputs are
made by `peers.py gen` where they are missing.
"""

import argparse
import json
import os
import statistics
from pathlib import Path
from types import SimpleNamespace

import compare

ROWS = [1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000]
GROUPS = [10, 100, 1_000, 10_000]
KEYS = [1_000, 10_000, 100_000]
THREADS = [1, 2, 4, 8]
PLOTS = compare.PROJECT / "docs" / "plots"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dir", type=Path, required=True)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--only", type=lambda text: text.split(","), default=["rows", "groups", "keys", "threads"])
    ap.add_argument("--binary", type=Path, help="an `oups-bench` that is built already")
    ap.add_argument("--timeout", type=int, default=900)
    ap.add_argument("--max-rows", type=int, default=ROWS[-1])
    a = ap.parse_args()
    PLOTS.mkdir(parents=True, exist_ok=True)
    points = Points(a)
    for name in a.only:
        {"rows": rows, "groups": groups, "keys": keys, "threads": threads}[name](a, points)


class Points:
    """Runs, and what they told, on disk as soon as it is known."""

    def __init__(self, a):
        self.a, self.path = a, a.dir / "growth.jsonl"
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        self.known = {json.loads(line)["call"]: json.loads(line)["lines"] for line in lines}

    def lines(self, work, rows, *more):
        """The lines of all rounds of a call."""
        call = " ".join(map(str, [work, rows, *more, self.a.rounds]))
        if call not in self.known:
            compare.prepare(SimpleNamespace(**{**vars(self.a), "rows": rows}))
            print(call, flush=True)
            lines = []
            for _ in range(self.a.rounds):
                os.sync()
                lines.append(compare.ours(self.a, work, "--rows", str(rows), *more))
            self.known[call] = lines
            with self.path.open("a") as f:
                f.write(json.dumps({"call": call, "lines": lines}) + "\n")
        return self.known[call]

    def median(self, work, rows, fact, *more):
        return statistics.median(line[fact] for line in self.lines(work, rows, *more))


def rows(a, points):
    sizes = [n for n in ROWS if n <= a.max_rows]
    works = ["bulk", "upsert", "scan"]
    draw("rows-time", "rows", "seconds", sizes, {w: [points.median(w, n, "s") for n in sizes] for w in works})
    works = ["upsert", "memory", "stream"]
    above = {w: [points.median(w, n, "above_mb") for n in sizes] for w in works}
    draw("rows-memory", "rows", "MB above the inputs, at the peak", sizes, above)


def groups(a, points):
    lines = points.lines("groups", ROWS[0], "--groups", ",".join(map(str, GROUPS)))
    times = [statistics.median(dict(line["points"])[n] for line in lines) * 1000 for n in GROUPS]
    draw(
        "row-groups-time", "row groups of the dataset", "milliseconds of an append", GROUPS, {"append": times}, log=True
    )


def keys(a, points):
    facts = {"typed keys": "s", "untyped keys": "untyped_s", "bare walk of the folders": "walk_s"}
    times = {k: [points.median("discover", ROWS[0], f, "--keys", str(n)) for n in KEYS] for k, f in facts.items()}
    draw("keys-time", "datasets of the store", "seconds to list them", KEYS, times, log=True)


def threads(a, points):
    counts = [n for n in THREADS if n <= (os.cpu_count() or 1)]
    size = min(ROWS[3], a.max_rows)
    times = {w: [points.median(w, size, "s", "--threads", str(n)) for n in counts] for w in ["bulk", "upsert", "scan"]}
    draw("threads-time", "threads", "seconds", counts, times)


def draw(name, x, y, at, series, log=False):
    import matplotlib

    matplotlib.use("svg")
    # The same picture from the same figures, and text that can be searched.
    matplotlib.rcParams.update({"svg.hashsalt": "oups", "svg.fonttype": "none", "font.size": 9})
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(5, 3.2))
    for label, values in series.items():
        ax.plot(at, values, marker="o", label=label)
    if log:
        ax.set_xscale("log")
    ax.set(xlabel=x, ylabel=y, xticks=at)
    ax.set_xticks(at, [f"{n / 1e6:g} M" if n >= 1_000_000 else f"{n:,}" for n in at])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    fig.tight_layout()
    fig.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})
    plt.close(fig)


if __name__ == "__main__":
    main()

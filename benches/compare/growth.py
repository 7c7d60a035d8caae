#!/usr/bin/env python3
"""How time and memory of oups grow with rows, row groups, keys and threads; draws docs/plots/*.svg.

    v/bin/python benches/compare/growth.py --dir D [--rounds 3] [--only rows,groups,keys,threads]
    v/bin/python benches/compare/growth.py --dir D --small --rounds 1 --plots /tmp/plots    # a quick look

Every point is the median of some runs of `oups-bench`. The script notes each run in D/growth.jsonl and does not repeat it. If inputs are
missing, `peers.py gen` makes them.
"""

import argparse
import json
import os
import statistics
from pathlib import Path

import compare

ROWS = [1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000]
GROUPS = [10, 100, 1_000, 10_000]
KEYS = [1_000, 10_000, 100_000]
THREADS = [1, 2, 4, 8]
# With --small, a twentieth of the rows.
SMALL = 20
PLOTS = compare.PROJECT / "docs" / "plots"
COLOURS = ["#1f5fa8", "#d1701c", "#3a8a4d", "#8a4da8"]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--dir", type=Path, required=True)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--only", type=lambda text: text.split(","), default=["rows", "groups", "keys", "threads"])
    ap.add_argument("--binary", type=Path, help="an `oups-bench` that is built already")
    ap.add_argument("--plots", type=Path, default=PLOTS, help="where the pictures go")
    ap.add_argument("--timeout", type=int, default=900)
    ap.add_argument("--small", action="store_true", help="a twentieth of the rows, a tenth of row groups and keys")
    a = ap.parse_args()
    a.dir.mkdir(parents=True, exist_ok=True)
    a.plots.mkdir(parents=True, exist_ok=True)
    compare.build(a)
    points = Points(a)
    for name in a.only:
        {"rows": rows, "groups": groups, "keys": keys, "threads": threads}[name](a, points)


class Points:
    """Runs with their results, which are written to disk at once."""

    def __init__(self, a):
        self.a, self.path = a, a.dir / "growth.jsonl"
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        self.known = {json.loads(line)["call"]: json.loads(line)["lines"] for line in lines}

    def lines(self, work, rows, *more, threads=None):
        """The lines of all rounds of a call; `threads` for encoding and decoding, or one a core."""
        limit = [f"RAYON_NUM_THREADS={threads}"] if threads else []
        call = " ".join(map(str, [*limit, work, rows, *more, self.a.rounds]))
        if call not in self.known:
            if not (self.a.dir / f"in{rows}" / "late.parquet").exists():
                compare.peers(self.a, "gen", "--rows", str(rows), "--base")
            print(call, flush=True)
            lines = []
            if threads:
                os.environ["RAYON_NUM_THREADS"] = str(threads)
            for _ in range(self.a.rounds):
                os.sync()
                lines.append(compare.ours(self.a, work, "--rows", str(rows), *map(str, more)))
            os.environ.pop("RAYON_NUM_THREADS", None)
            self.known[call] = lines
            with self.path.open("a") as f:
                f.write(json.dumps({"call": call, "lines": lines}) + "\n")
        return self.known[call]

    def median(self, work, rows, fact, *more, threads=None):
        return statistics.median(line[fact] for line in self.lines(work, rows, *more, threads=threads))


def rows(a, points):
    sizes = [n // SMALL for n in ROWS[1:]] if a.small else ROWS
    of = lambda works, fact: {w: [points.median(w, n, fact) for n in sizes] for w in works}
    seconds = Panel("seconds", of(["bulk", "upsert", "scan"], "s"))
    memory = Panel("peak MB above the inputs", of(["upsert", "memory", "stream"], "above_mb"))
    draw(a, "rows", "rows, millions", sizes, [seconds, memory], millions=True)


def groups(a, points):
    counts = [n // 10 if a.small else n for n in GROUPS][a.small :]
    of = lambda fact: {"append": [points.median("groups", ROWS[0] // SMALL, fact, "--groups", n) for n in counts]}
    times = {k: [s * 1000 for s in v] for k, v in of("s").items()}
    panels = [Panel("milliseconds of an append", times), Panel("peak MB above what was there", of("above_mb"))]
    draw(a, "row-groups", "row groups of the dataset", counts, panels, log=True)


def keys(a, points):
    counts = [n // 10 if a.small else n for n in KEYS]
    of = lambda facts: {k: [points.median("discover", ROWS[0] // SMALL, f, "--keys", n) for n in counts] for k, f in facts}
    seconds = of([("typed keys", "s"), ("untyped keys", "untyped_s"), ("bare walk", "walk_s")])
    panels = [Panel("seconds to list them", seconds, log=True), Panel("peak MB above what was there", of([("all three", "above_mb")]))]
    draw(a, "keys", "datasets of the store", counts, panels, log=True)


def threads(a, points):
    counts = [n for n in THREADS if n <= max(2, os.cpu_count() or 1)]
    size = ROWS[3] // SMALL if a.small else ROWS[3]
    works = ["bulk", "upsert", "scan"]
    of = lambda fact: {w: [points.median(w, size, fact, threads=n) for n in counts] for w in works}
    draw(a, "threads", "threads", counts, [Panel("seconds", of("s")), Panel("peak MB above the inputs", of("above_mb"))])


class Panel:
    """One fact, of one or more workloads."""

    def __init__(self, name, series, log=False):
        self.name, self.series, self.log = name, series, log


def draw(a, name, x, at, panels, log=False, millions=False):
    import matplotlib

    matplotlib.use("svg")
    # The same figures give the same picture, and its text can be searched.
    matplotlib.rcParams.update({"svg.hashsalt": "oups", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"})
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, len(panels), figsize=(9, 3.2))
    for ax, panel in zip(axes, panels):
        # Each line is narrower than the one below it, so that none hides another.
        for number, (label, values) in enumerate(panel.series.items()):
            width = 1.4 + 0.7 * (len(panel.series) - 1 - number)
            ax.plot(at, values, marker="o", markersize=2.4 + width, linewidth=width, label=label, color=COLOURS[number])
        if log:
            ax.set_xscale("log")
        if panel.log:
            ax.set_yscale("log")
        else:
            ax.set_ylim(bottom=0, top=max(max(values) for values in panel.series.values()) * 1.25 or 1)
        ax.set(xlabel=x, ylabel=panel.name)
        ax.set_xticks(at, [f"{n / 1e6:g}" if millions else f"{n:,}" for n in at])
        ax.minorticks_off()
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, loc="upper left", ncols=1 if panel.log else len(panel.series), columnspacing=1.2)
    fig.tight_layout(w_pad=3)
    fig.savefig(a.plots / f"{name}.svg", metadata={"Date": None})
    plt.close(fig)


if __name__ == "__main__":
    main()

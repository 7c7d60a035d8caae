#!/usr/bin/env bash
# What link-time optimisation and codegen units are worth: `benches/profiles.sh DIR [LTO-UNITS …]`.
#
# Each variant is built from nothing into DIR: processor seconds of the program `oups` (half of them is the time on two quiet cores), and
# its bytes. Then the instructions of workloads, counted by valgrind, which no neighbour disturbs.
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
rows=${ROWS:-300000}
[ $# -gt 0 ] || set -- thin-4 off-16 off-4 false-16 thin-16
TIMEFORMAT='%U %S'

instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null | awk '/Collected/ { print $NF }'
}

"${PYTHON:-python3}" - >"$dir/rows.csv" <<'PY'
print("time,price,side,note")
for row in range(100_000):
    print(f"2024-01-{1 + row // 86_400:02}T{row // 3600 % 24:02}:{row // 60 % 60:02}:{row % 60:02}.5Z,{row * 7 % 1000 / 8},{row % 2},n{row % 50}")
PY

for variant in "$@"; do
    export CARGO_PROFILE_RELEASE_LTO=${variant%-*} CARGO_PROFILE_RELEASE_CODEGEN_UNITS=${variant#*-}
    export CARGO_TARGET_DIR=$dir/$variant
    packages="-p oups-cli -p oups-bench"
    # The first build of this shell, so that nothing of it is there.
    if [ ! -e "$CARGO_TARGET_DIR/release/oups-bench" ]; then
        { time cargo build --locked --release -q $packages --bin oups 2>"$dir/$variant.log"; } 2>"$dir/$variant.seconds"
        cargo build --locked --release -q $packages --bin oups-bench 2>>"$dir/$variant.log"
    fi
    bin=$CARGO_TARGET_DIR/release
    cpu=$(awk '{ print $1 + $2 }' "$dir/$variant.seconds")
    echo "$variant build_cpu_s $cpu oups_bytes $(stat -c %s "$bin/oups")"
    export RAYON_NUM_THREADS=1
    for work in bulk upsert range scan asof ingest; do
        rm -rf "$dir/out"
        [ -e "$dir/in$rows" ] || "$bin/oups-bench" gen --rows $rows --dir "$dir" >/dev/null
        [ "$work" = bulk ] || "$bin/oups-bench" bulk --rows $rows --dir "$dir" >/dev/null
        echo "$variant $work $(instructions "$bin/oups-bench" $work --rows $rows --dir "$dir")"
    done
    rm -rf "$dir/store"
    "$bin/oups" init "$dir/store" --schema name:str 2>/dev/null
    echo "$variant csv-in $(instructions "$bin/oups" write "$dir/store" x "$dir/rows.csv" --ordered-on time)"
    echo "$variant csv-out $(instructions "$bin/oups" read "$dir/store" x --format csv)"
    unset RAYON_NUM_THREADS
done | tee "$dir/profiles.txt"

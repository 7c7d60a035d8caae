# The commands of this project. `.ci/run` runs the same checks as `just check`.

# Runs what a change must pass.
check: test format lint doc engines

test:
    cargo test --workspace

# Every moment of every kind of commit, many draws each, 200 killed processes, 3,000 damaged stores: minutes.
crash:
    OUPS_CRASH=exhaustive OUPS_KILLS=200 OUPS_TAKEOVERS=100 \
        cargo test --release -p oups-tests --test it -- crash:: damage:: --nocapture

# Many processes and threads at one store, hundreds of them killed; thousands of interleavings: minutes.
stress:
    OUPS_STRESS=long cargo test --release -p oups-tests --test it -- concurrency:: --nocapture

# Breaks the code in one way after the other, as the patches in tests/mutations say, and checks that the named tests fail.
# Without names all patches: an hour on two cores.
mutate *names:
    tests/mutations/run {{names}}

# Runs each fuzz target for the given seconds. Needs `cargo install cargo-fuzz`. Stable Rust will do: oups has no unsafe code, so no
# sanitizer is used.
fuzz seconds="600":
    cd fuzz && for target in $(cargo fuzz list); do \
        cargo fuzz run -s none $target -- -max_total_time={{seconds}} -timeout=20 -rss_limit_mb=3000 || exit 1; \
    done

format:
    cargo fmt --all -- --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# The same for the engines, which are a workspace of their own.
engines:
    cargo test --manifest-path engines/Cargo.toml --workspace
    cargo fmt --manifest-path engines/Cargo.toml --all -- --check
    cargo clippy --manifest-path engines/Cargo.toml --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --manifest-path engines/Cargo.toml --workspace --no-deps

# Licences and advisories of the dependencies.
deny:
    cargo deny check
    cargo deny --manifest-path engines/Cargo.toml check

# The main job on real data.
quickstart:
    cargo run --example quickstart

# The verbs of this project. `.ci/run` calls the same commands.

# Everything that a change must pass.
check: test format lint doc

test:
    cargo test --workspace

# Every moment of every kind of commit, many draws each, and 200 killed processes: minutes.
crash:
    OUPS_CRASH=exhaustive OUPS_KILLS=200 cargo test --release -p oups-tests --test it -- crash:: --nocapture

format:
    cargo fmt --all -- --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Licences and advisories of the dependencies.
deny:
    cargo deny check

# The main job on real data.
quickstart:
    cargo run --example quickstart

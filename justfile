# The verbs of this project. `.ci/run` calls the same commands.

# Everything that a change must pass.
check: test format lint doc

test:
    cargo test --workspace

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

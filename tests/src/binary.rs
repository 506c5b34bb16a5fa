//! Where the binary `headwater` is. It is built in the profile of the test that asks for it, once, so that what is
//! tested is what the sources say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

static BINARY: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os("BINARY_UNDER_TEST") {
    Some(path) => PathBuf::from(path),
    None => build(),
});

/// The binary: what `BINARY_UNDER_TEST` names, else what cargo builds from the sources now.
pub fn headwater() -> &'static Path {
    &BINARY
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}

/// `headwater`, untouched by settings that the environment may hold.
pub fn command() -> Command {
    let mut command = Command::new(headwater());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEADWATER_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `headwater` to its end.
pub fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap_or_else(|error| panic!("cannot run {}: {error}", headwater().display()))
}

/// Runs `headwater` and returns what it printed; fails with all it printed unless the exit code is 0.
pub fn run_ok(arguments: &[&str]) -> String {
    let output = run(arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "headwater {}: {}\n{out}{err}", arguments.join(" "), output.status);
    out.into_owned()
}

/// Cargo's folder for this profile; test executables are in its `deps`, binaries in itself.
fn build() -> PathBuf {
    let me = std::env::current_exe().expect("a test has a path");
    let folder = me.parent().filter(|parent| parent.ends_with("deps")).and_then(Path::parent);
    let folder = folder.or(me.parent()).expect("cargo puts executables in a folder");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "-p", "api", "--bin", "headwater"]).current_dir(root());
    if folder.file_name().is_some_and(|name| name == "release") {
        cargo.arg("--release");
    }
    let status = cargo.status().unwrap_or_else(|error| panic!("cannot run cargo to build headwater: {error}"));
    assert!(status.success(), "headwater did not build: run `cargo build -p api` to see why");
    let binary = folder.join("headwater");
    assert!(binary.is_file(), "cargo built headwater, but not at {}: set BINARY_UNDER_TEST", binary.display());
    binary
}

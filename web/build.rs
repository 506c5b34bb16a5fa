//! Builds the page with npm when its sources changed, so that one `cargo build` makes the whole server.
//!
//! `HEADWATER_SKIP_WEB_BUILD=1` leaves npm alone and embeds what `dist/` holds, or one line saying that there is no page.

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs, io};

const SOURCES: [&str; 9] = [
    "src",
    "public",
    "scripts",
    "index.html",
    "package.json",
    "package-lock.json",
    "schema.graphql",
    "tsconfig.json",
    "vite.config.ts",
];
const SKIP: &str = "HEADWATER_SKIP_WEB_BUILD";
const PLACEHOLDER: &str = "<!doctype html><title>Headwater</title><p>This server was built without its page.</p>\n";
/// A copy of the lock file that the installed packages came from.
const STAMP: &str = "node_modules/.installed-package-lock.json";
const OLDEST_NODE: u32 = 20;

fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    println!("cargo::rerun-if-env-changed={SKIP}");
    let done = if is_skipped() { placeholder() } else { build() };
    if let Err(sentence) = done {
        println!("cargo::error={sentence}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a build script has nothing but its environment to be told by")]
fn is_skipped() -> bool {
    env::var_os(SKIP).is_some_and(|value| value == "1")
}

fn placeholder() -> Result<(), String> {
    let index = Path::new("dist/index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all("dist")
        .and_then(|()| fs::write(index, PLACEHOLDER))
        .map_err(|e| format!("could not write web/dist: {e}"))
}

fn build() -> Result<(), String> {
    check_node()?;
    if !is_installed() {
        npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
        fs::copy("package-lock.json", STAMP).map_err(|e| format!("could not write web/{STAMP}: {e}"))?;
    }
    npm(&["run", "build", "--loglevel=error"])
}

fn is_installed() -> bool {
    match (fs::read("package-lock.json"), fs::read(STAMP)) {
        (Ok(wanted), Ok(installed)) => wanted == installed,
        _ => false,
    }
}

fn check_node() -> Result<(), String> {
    let found = run("node", &["--version"]).map_err(|_| needs_node("none was found"))?;
    let version = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|m| m.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(needs_node(&format!("`node` is {version}"))),
    }
}

fn needs_node(found: &str) -> String {
    format!(
        "the web page needs Node {OLDEST_NODE}+ with npm to be built, and {found}; install it from https://nodejs.org, or set {SKIP}=1 to build without the page"
    )
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = run(program, arguments).map_err(|_| needs_node("`npm` was not found"))?;
    if output.status.success() {
        return Ok(());
    }
    eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("`npm {}` failed in web/ with {}; what it printed stands above", arguments.join(" "), output.status))
}

fn run(program: &str, arguments: &[&str]) -> io::Result<Output> {
    Command::new(program).args(arguments).output()
}

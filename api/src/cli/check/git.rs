//! The files that differ between two states of a git repository.

use std::path::Path;
use std::process::{Command, Output};

use crate::check::propose::{ChangedFile, Files};
use crate::cli::Failure;

/// The `*.sql` files that `git diff RANGE` lists, with their new texts.
pub fn changed(range: &str, dialect: Option<String>) -> Result<Files, Failure> {
    if range.starts_with('-') {
        return Err(Failure::Usage(format!("`--git-diff`: expected a range such as `main...HEAD`, found `{range}`")));
    }
    let listed =
        git(&["diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-color", range, "--", ":(top)*.sql"])?;
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let top = text(top, "the path of the repository")?;
    let entries = entries(&text(listed, "what `git diff` lists")?);
    let read = |(blob, path): (Option<String>, String)| {
        let text = blob.map(|blob| contents(&blob, Path::new(top.trim_end_matches('\n')), &path)).transpose()?;
        Ok(ChangedFile { path, text })
    };
    Ok(Files { files: entries.into_iter().map(read).collect::<Result<_, Failure>>()?, dialect })
}

/// `:mode mode blob blob status\0path\0` for each file. The new blob; none of a file that was deleted.
fn entries(listed: &str) -> Vec<(Option<String>, String)> {
    let mut parts = listed.split_terminator('\0');
    let mut entries = Vec::new();
    while let (Some(facts), Some(path)) = (parts.next(), parts.next()) {
        let mut facts = facts.split(' ').skip(3);
        let (blob, status) = (facts.next().unwrap_or_default(), facts.next().unwrap_or_default());
        entries.push(((!status.starts_with('D')).then(|| blob.to_owned()), path.to_owned()));
    }
    entries
}

/// A blob of zeros stands for the file as it is in the working folder.
fn contents(blob: &str, top: &Path, path: &str) -> Result<String, Failure> {
    let bytes = if blob.bytes().all(|digit| digit == b'0') {
        let file = top.join(path);
        std::fs::read(&file).map_err(|error| Failure::Failed(format!("{}: cannot be read: {error}", file.display())))?
    } else {
        git(&["cat-file", "blob", blob])?
    };
    text(bytes, path)
}

fn text(bytes: Vec<u8>, what: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| Failure::Usage(format!("{what}: expected UTF-8: {error}")))
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let run = Command::new("git").args(arguments).output();
    let Output { status, stdout, stderr } =
        run.map_err(|error| Failure::Failed(format!("`git` cannot be run: {error}")))?;
    if status.success() {
        return Ok(stdout);
    }
    let told = String::from_utf8_lossy(&stderr);
    Err(Failure::Usage(format!("`--git-diff`: git says: {}", told.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_from_what_git_lists() {
        let listed = ":100644 100644 a1 b2 M\0models/a b.sql\0:100644 000000 c3 00 D\0old.sql\0";
        let found = entries(listed);
        assert_eq!(found, [(Some("b2".to_owned()), "models/a b.sql".to_owned()), (None, "old.sql".to_owned())]);
    }
}

//! The shared collection of real events, `../shared/cases` beside the repository. It is not part of the repository, so
//! a test that needs it says loudly when it is not there.

use std::path::{Path, PathBuf};

use crate::binary::root;

/// One line of a file of events, as it was recorded.
pub struct Line {
    /// `airflow.ndjson:12`
    pub place: String,
    pub text: String,
}

/// The folder of OpenLineage cases, or `None` and a loud word on standard error.
pub fn openlineage() -> Option<PathBuf> {
    let folder = root().parent()?.join("shared/cases/openlineage");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: real events are not tested, because ../shared/cases/openlineage does not exist");
    None
}

/// Every line of every `.ndjson` file below a folder, in order of the files' paths.
pub fn events(folder: &Path) -> Vec<Line> {
    let mut files = vec![];
    collect(folder, &mut files);
    files.sort();
    files.iter().flat_map(|file| lines(folder, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "ndjson") {
            files.push(path);
        }
    }
}

fn lines(folder: &Path, file: &Path) -> Vec<Line> {
    let name = file.strip_prefix(folder).unwrap_or(file).display();
    let text = std::fs::read_to_string(file).expect("a file of events is text");
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered.map(|(at, line)| Line { place: format!("{name}:{}", at + 1), text: line.to_owned() }).collect()
}

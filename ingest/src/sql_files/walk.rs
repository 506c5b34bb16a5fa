//! Finds SQL files.

use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::UNIX_EPOCH;

use graph::Time;

use crate::import::{Import, ImportError, Problem, read_file};

/// Larger files are not read.
const MAX_FILE: u64 = 16 << 20;
const MAX_FILES: usize = 100_000;
const MAX_DEPTH: usize = 64;

/// One SQL file.
pub struct File {
    /// Below the folder, with `/` on every system.
    pub path: String,
    pub text: String,
    pub changed_at: Time,
}

/// The files below `dir` in the order of their paths. Hidden folders and links are left out; what cannot be read is a
/// problem.
pub fn files(dir: &Path, import: &mut Import) -> Result<Vec<File>, ImportError> {
    let mut walk = Walk { import, files: Vec::new() };
    let entries = fs::read_dir(dir);
    entries.map_err(|cause| ImportError::Read { place: dir.display().to_string(), cause })?;
    walk.folder(dir, "", 0);
    let mut files = walk.files;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

struct Walk<'a> {
    import: &'a mut Import,
    files: Vec<File>,
}

impl Walk<'_> {
    fn folder(&mut self, dir: &Path, prefix: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return self.problem(prefix, format!("not read: expected at most {MAX_DEPTH} folders within each other"));
        }
        let entries = match fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<DirEntry>, _>>) {
            Ok(mut entries) => {
                entries.sort_by_key(DirEntry::file_name);
                entries
            }
            Err(error) => return self.problem(prefix, format!("cannot read the folder: {error}")),
        };
        for entry in entries {
            self.entry(&entry, prefix, depth);
        }
    }

    fn entry(&mut self, entry: &DirEntry, prefix: &str, depth: usize) {
        let Ok(kind) = entry.file_type() else { return };
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let is_sql = name.to_ascii_lowercase().ends_with(".sql");
        if kind.is_dir() && !name.starts_with('.') {
            self.folder(&entry.path(), &path, depth + 1);
        } else if kind.is_symlink() && (is_sql || entry.path().is_dir()) {
            self.import.notes.push(Problem::new(path, "not read: links are not followed"));
        } else if kind.is_file() && is_sql {
            self.file(entry, path);
        }
    }

    fn file(&mut self, entry: &DirEntry, path: String) {
        if self.files.len() == MAX_FILES {
            return self.problem(&path, format!("not read, like all after it: expected at most {MAX_FILES} files"));
        }
        if self.files.len() > MAX_FILES {
            return;
        }
        let bytes = match read_file(&entry.path(), MAX_FILE) {
            Ok(bytes) => bytes,
            Err(error) => return self.problem(&path, error.to_string()),
        };
        match String::from_utf8(bytes) {
            Ok(text) => self.files.push(File { path, text, changed_at: changed_at(entry) }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                self.problem(&path, format!("expected UTF-8, found something else at byte {at}"));
            }
        }
    }

    fn problem(&mut self, place: &str, message: String) {
        self.import.problems.push(Problem::new(place, message));
    }
}

/// A file that is read again unchanged is the same input, and one that was changed is newer: so its own time counts.
fn changed_at(entry: &DirEntry) -> Time {
    let modified = entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(UNIX_EPOCH);
    Time::try_from(modified).unwrap_or(Time::UNIX_EPOCH)
}

//! Fixtures in files: a folder of texts, each held against the same text with the answers that are given now.

use std::{fs, path::Path};

/// Every file of `tests/FOLDER`; `UPDATE_EXPECT=1` writes the answers, and a person reads them.
pub fn check(folder: &str, answered: fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder).expect("the folder of fixtures").flatten().collect();
    files.sort_by_key(fs::DirEntry::path);
    assert!(!files.is_empty(), "no fixtures in {}", folder.display());
    for file in files {
        let text = fs::read_to_string(file.path()).expect("a fixture can be read");
        expect_test::expect_file![file.path()].assert_eq(&answered(&text));
    }
}

//! Files that a check reads; `-` is standard input.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::Failure;

/// The whole of a text file.
pub fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    open(file)?.read_to_end(&mut bytes).map_err(|error| cannot(file, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Usage(format!("{}: expected UTF-8, found something else at byte {at}", shown(file)))
    })
}

pub fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let opened = File::open(file).map_err(|error| cannot(file, &error))?;
    Ok(Box::new(BufReader::new(opened)))
}

/// The name under which a file is told.
pub fn shown(file: &Path) -> String {
    if file == Path::new("-") { "stdin".to_owned() } else { file.display().to_string() }
}

/// The file was named by the user, so that a wrong name is wrong use.
fn cannot(file: &Path, error: &std::io::Error) -> Failure {
    let text = format!("{}: cannot be read: {error}", shown(file));
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory => Failure::Usage(text),
        _ => Failure::Failed(text),
    }
}

//! Pages: how many, and where to go on.

use graph::{RunCursor, RunId, Time};

use super::error::{ApiError, Result};

/// The most items on one page.
pub const PAGE_LIMIT: usize = 1000;

/// Checks how many are asked for: 1 to `limit`.
pub fn first(asked: Option<i32>, default: usize, limit: usize) -> Result<usize> {
    within("first", asked, default, limit)
}

/// Checks a number of an argument: 1 to `limit`.
pub fn within(argument: &'static str, asked: Option<i32>, default: usize, limit: usize) -> Result<usize> {
    let Some(asked) = asked else { return Ok(default) };
    match usize::try_from(asked) {
        Ok(number) if (1..=limit).contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err(ApiError::bad_argument(argument, format!("1 to {limit}"), asked)),
    }
}

/// The cursor of a run in the order of time.
pub fn run_cursor(cursor: RunCursor) -> String {
    format!("{}~{}", cursor.at, cursor.id.0)
}

pub fn parse_run_cursor(text: &str) -> Result<RunCursor> {
    let parsed = text.split_once('~').and_then(|(at, id)| {
        let at: Time = at.parse().ok()?;
        Some(RunCursor { at, id: RunId(id.parse().ok()?) })
    });
    parsed.ok_or_else(|| bad_cursor(text))
}

/// The cursor of something that is numbered.
pub fn parse_number(text: &str) -> Result<u64> {
    text.parse().map_err(|_| bad_cursor(text))
}

fn bad_cursor(text: &str) -> ApiError {
    ApiError::bad_argument("after", "an `endCursor` of this list", format!("`{text}`"))
}

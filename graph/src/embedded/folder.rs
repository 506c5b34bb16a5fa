//! The store's folder: one owner at a time, a format version, a database.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::store::{Result, StoreError};

/// Written into the store; a store of another format is refused.
pub(super) const FORMAT: u32 = 2;

/// The folder of a store, held by this process until it is dropped.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    pub fn hold(path: &Path) -> Result<Folder> {
        std::fs::create_dir_all(path).map_err(|e| at(path, "cannot be made", e))?;
        let file = path.join("lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&file)
            .map_err(|e| at(&file, "cannot be opened", e))?;
        if lock.try_lock().is_err() {
            return Err(StoreError::InUse { path: path.display().to_string(), holder: holder(&mut lock) });
        }
        let note = format!("process {}", std::process::id());
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| lock.write_all(note.as_bytes()))
            .map_err(|e| at(&file, "cannot be written", e))?;
        Ok(Folder { path: path.to_owned(), _lock: lock })
    }

    fn database(&self) -> PathBuf {
        self.path.join("graph.sqlite")
    }

    /// The connection that writes; makes the tables in a new store.
    pub fn writer(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(self.database(), flags)?;
        keep_plans(&db)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
             PRAGMA cache_size = -24000; PRAGMA temp_store = MEMORY;",
        )?;
        db.set_prepared_statement_cache_capacity(96);
        self.check_format(&db)?;
        Ok(db)
    }

    fn check_format(&self, db: &Connection) -> Result<()> {
        let tables: i64 = db.query_row("SELECT COUNT(*) FROM sqlite_master", [], |row| row.get(0))?;
        if tables == 0 {
            db.execute_batch(&format!(
                "BEGIN; {} INSERT INTO meta VALUES ('format', '{FORMAT}'); COMMIT;",
                include_str!("schema.sql")
            ))?;
            return Ok(());
        }
        let found = db
            .query_row("SELECT value FROM meta WHERE key = 'format'", [], |row| row.get::<_, String>(0))
            .optional()
            .unwrap_or(None)
            .unwrap_or_else(|| "unknown".to_owned());
        if found == FORMAT.to_string() {
            return Ok(());
        }
        let hint = match found.parse::<u32>() {
            Ok(found) if found > FORMAT => "it was written by a newer version; use that one",
            Ok(_) => "it was written before the first release; send its events again to a new folder",
            Err(_) => "it was not written by Headwater",
        };
        Err(StoreError::Format {
            path: self.path.display().to_string(),
            found,
            expected: FORMAT,
            hint: hint.to_owned(),
        })
    }

    /// A connection that reads.
    pub fn reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(self.database(), flags)?;
        keep_plans(&db)?;
        db.execute_batch("PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY;")?;
        db.set_prepared_statement_cache_capacity(48);
        Ok(db)
    }
}

/// Statements are prepared once: without this, one with a range is prepared again for every value.
fn keep_plans(db: &Connection) -> Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn holder(lock: &mut File) -> String {
    let mut note = String::new();
    match lock.read_to_string(&mut note) {
        Ok(_) if !note.trim().is_empty() => note.trim().to_owned(),
        _ => "another process".to_owned(),
    }
}

fn at(path: &Path, what: &str, error: std::io::Error) -> StoreError {
    StoreError::Backend(format!("`{}` {what}: {error}", path.display()))
}

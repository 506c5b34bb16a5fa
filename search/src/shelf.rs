//! Where an index lies: in a folder or in memory; how it is opened, written, and replaced by a newer one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use graph::Revision;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy};

use crate::collect::Counts;
use crate::error::Result;
use crate::fields::{FORMAT, Fields};

/// The least that tantivy accepts; a fuller buffer only means that a segment is closed.
const WRITER_BYTES: usize = 15_000_000;
/// Segments of more documents are left as they are, so that no merge rewrites (and holds) a great part of the index.
const LARGEST_MERGED: usize = 250_000;
/// Blocks of shown documents kept decompressed in each segment.
const CACHED_BLOCKS: usize = 4;

/// Where an index is kept.
#[derive(Clone, Debug)]
pub enum Shelf {
    Memory,
    Folder(PathBuf),
}

/// One index, ready to be read and written.
pub struct Live {
    pub index: tantivy::Index,
    pub reader: IndexReader,
    pub fields: Fields,
    /// How everything there is spreads over the dimensions, for one generation of the searcher.
    pub everything: Mutex<Option<(u64, Arc<[Counts; 6]>)>>,
}

/// What each commit carries.
#[derive(Serialize, Deserialize)]
struct Payload {
    format: u32,
    revision: u32,
}

/// An index that was found, or why it cannot be used.
pub enum Opened {
    Usable(Box<Live>, Revision),
    Unusable(String),
}

impl Shelf {
    /// Opens what is there.
    pub fn open(&self) -> Opened {
        let folder = match self {
            Shelf::Memory => return Opened::Unusable("there is none yet".into()),
            Shelf::Folder(folder) => folder.join(CURRENT),
        };
        if !folder.exists() {
            return Opened::Unusable("there is none yet".into());
        }
        match open_folder(&folder) {
            Ok((live, revision)) => Opened::Usable(Box::new(live), revision),
            Err(reason) => Opened::Unusable(reason),
        }
    }

    /// An empty index beside the current one, which stays as it is.
    pub fn begin(&self) -> Result<Live> {
        let (schema, _) = Fields::schema();
        let index = match self {
            Shelf::Memory => tantivy::Index::create_in_ram(schema),
            Shelf::Folder(folder) => {
                let next = folder.join(NEXT);
                remove(&next)?;
                std::fs::create_dir_all(&next).map_err(|error| failed("create", &next, &error))?;
                tantivy::Index::create_in_dir(&next, schema)?
            }
        };
        Live::new(index)
    }

    /// Puts the index begun last in the place of the current one. Readers of the old one go on undisturbed.
    pub fn replace(&self, begun: Live) -> Result<Live> {
        let Shelf::Folder(folder) = self else { return Ok(begun) };
        let (current, next) = (folder.join(CURRENT), folder.join(NEXT));
        drop(begun);
        remove(&current)?;
        std::fs::rename(&next, &current).map_err(|error| failed("rename", &next, &error))?;
        Live::new(tantivy::Index::open_in_dir(&current)?)
    }
}

const CURRENT: &str = "current";
const NEXT: &str = "next";

impl Live {
    fn new(index: tantivy::Index) -> Result<Live> {
        Fields::register(&index);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(CACHED_BLOCKS)
            .try_into()?;
        Ok(Live { index, reader, fields: Fields::schema().1, everything: Mutex::new(None) })
    }

    /// One indexing and one merging thread; buffers exist only between the first document and its commit.
    pub fn writer(&self) -> Result<IndexWriter> {
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(WRITER_BYTES)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = self.index.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(6);
        policy.set_min_layer_size(1_000);
        policy.set_level_log_size(2.0);
        policy.set_max_docs_before_merge(LARGEST_MERGED);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }
}

/// Makes what was written findable, and says up to which revision that is.
pub fn commit(writer: &mut IndexWriter, live: &Live, revision: Revision) -> Result<()> {
    let payload = serde_json::to_string(&Payload { format: FORMAT, revision: revision.0 })
        .expect("two numbers, which JSON can always hold");
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&payload);
    prepared.commit()?;
    live.reader.reload()?;
    Ok(())
}

fn open_folder(folder: &Path) -> std::result::Result<(Live, Revision), String> {
    let index = tantivy::Index::open_in_dir(folder).map_err(|error| error.to_string())?;
    let metas = index.load_metas().map_err(|error| error.to_string())?;
    let payload = metas.payload.ok_or("it was never finished")?;
    let payload: Payload =
        serde_json::from_str(&payload).map_err(|error| format!("its commit note is unreadable: {error}"))?;
    if payload.format != FORMAT {
        return Err(format!("it has format {}, and this version reads {FORMAT}", payload.format));
    }
    if index.schema() != Fields::schema().0 {
        return Err("its fields are not those of this version".into());
    }
    let live = Live::new(index).map_err(|error| error.to_string())?;
    Ok((live, Revision(payload.revision)))
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", folder, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> crate::SearchError {
    crate::SearchError::Index(format!("cannot {what} `{}`: {error}", path.display()))
}

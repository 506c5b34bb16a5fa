//! The fields of the index, and the version of their meaning.

use tantivy::Index;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};

use crate::analysis::{WORDS, words_analyzer};

/// Grows with every change to what is indexed and how; an index of another format is built anew.
pub const FORMAT: u32 = 1;

/// What hits can be filtered and counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    Kind,
    Platform,
    Namespace,
    Owner,
    Tag,
    Domain,
}

impl Dimension {
    pub const ALL: [Dimension; 6] = [
        Dimension::Kind,
        Dimension::Platform,
        Dimension::Namespace,
        Dimension::Owner,
        Dimension::Tag,
        Dimension::Domain,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Dimension::Kind => "kind",
            Dimension::Platform => "platform",
            Dimension::Namespace => "namespace",
            Dimension::Owner => "owner",
            Dimension::Tag => "tag",
            Dimension::Domain => "domain",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Fields {
    /// The node's id.
    pub id: Field,
    /// The dataset of a column.
    pub parent: Field,
    /// See `document::Rank`.
    pub rank: Field,
    /// Of a dataset: a digest of what its columns have from it.
    pub inherited: Field,
    /// The name by which equals are put in order.
    pub order: Field,
    /// Whole names, squashed.
    pub full: Field,
    /// The ends of names at each `.` and `/`, squashed: `a.b.c`, `b.c`, `c`.
    pub tail: Field,
    /// The last parts of names, squashed; far fewer than names, so that beginnings of them are found fast.
    pub last: Field,
    /// Every reported name of a dataset, as it is; of a column: of its dataset. See `document::reported`.
    pub reported: Field,
    /// The words of its own names.
    pub name: Field,
    /// The words of owners and tags.
    pub labels: Field,
    /// The words of a dataset's columns.
    pub columns: Field,
    /// The words of description, namespace and platform.
    pub rest: Field,
    /// Of a column: the words of its dataset's name, namespace and owners, which help
    /// other words but match nothing alone.
    pub within: Field,
    /// In the order of `Dimension::ALL`.
    pub dimensions: [DimensionField; 6],
    /// What a hit shows.
    pub card: Field,
}

/// One dimension: folded values to find by, and folded and shown values together to count by.
#[derive(Clone, Copy, Debug)]
pub struct DimensionField {
    pub term: Field,
    pub fast: &'static str,
    pub fast_field: Field,
}

pub const RANK: &str = "rank";
pub const ID: &str = "id";
pub const INHERITED: &str = "inherited";
pub const ORDER: &str = "order";

impl Fields {
    pub fn schema() -> (Schema, Fields) {
        let mut schema = Schema::builder();
        let fields = Fields {
            id: schema.add_u64_field(ID, INDEXED | FAST),
            parent: schema.add_u64_field("parent", INDEXED),
            rank: schema.add_u64_field(RANK, FAST),
            inherited: schema.add_u64_field(INHERITED, FAST),
            order: schema.add_text_field(ORDER, TextOptions::default().set_fast("raw")),
            full: schema.add_text_field("full", text("raw", IndexRecordOption::Basic)),
            tail: schema.add_text_field("tail", text("raw", IndexRecordOption::Basic)),
            last: schema.add_text_field("last", text("raw", IndexRecordOption::Basic)),
            reported: schema.add_text_field("reported", text("raw", IndexRecordOption::Basic)),
            name: schema.add_text_field("name", text(WORDS, IndexRecordOption::WithFreqsAndPositions)),
            labels: schema.add_text_field("labels", text(WORDS, IndexRecordOption::WithFreqsAndPositions)),
            columns: schema.add_text_field("columns", text(WORDS, IndexRecordOption::WithFreqsAndPositions)),
            rest: schema.add_text_field("rest", text(WORDS, IndexRecordOption::WithFreqsAndPositions)),
            within: schema.add_text_field("within", text(WORDS, IndexRecordOption::Basic)),
            dimensions: DIMENSIONS.map(|(term, fast)| DimensionField {
                term: schema.add_text_field(term, text("raw", IndexRecordOption::Basic)),
                fast,
                fast_field: schema.add_text_field(fast, TextOptions::default().set_fast("raw")),
            }),
            card: schema.add_bytes_field("card", STORED),
        };
        (schema.build(), fields)
    }

    pub fn dimension(&self, dimension: Dimension) -> &DimensionField {
        &self.dimensions[dimension as usize]
    }

    pub fn register(index: &Index) {
        index.tokenizers().register(WORDS, words_analyzer());
    }
}

const DIMENSIONS: [(&str, &str); 6] = [
    ("kind", "kind_shown"),
    ("platform", "platform_shown"),
    ("namespace", "namespace_shown"),
    ("owner", "owner_shown"),
    ("tag", "tag_shown"),
    ("domain", "domain_shown"),
];

/// Scores are constants (see `matching`), so lengths of fields are not kept.
fn text(tokenizer: &str, option: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option).set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing)
}

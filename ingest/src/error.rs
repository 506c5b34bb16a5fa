//! What can go wrong beyond an input that is refused (that is `openlineage::Rejection`).

use graph::ContentId;

use crate::json::SyntaxError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{place}: {cause}")]
    Syntax { place: String, cause: SyntaxError },
    /// A stored input does not have the form this version reads.
    #[error("input {id}: {message}")]
    Stored { id: ContentId, message: String },
    #[error("input {id}: the content {content} it refers to is not stored")]
    MissingContent { id: ContentId, content: ContentId },
    #[error(transparent)]
    Store(#[from] graph::StoreError),
}

pub type Result<T> = std::result::Result<T, Error>;

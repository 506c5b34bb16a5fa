//! Tokens rewritten before they are parsed, so that more of what people write is accepted.

use sqlparser::tokenizer::TokenWithSpan;

use crate::dialect::Dialect;

/// The same statement in words the parser knows. Every token keeps its own place in the text.
pub(crate) fn rewrite(tokens: Vec<TokenWithSpan>, _dialect: Dialect) -> Vec<TokenWithSpan> {
    tokens
}

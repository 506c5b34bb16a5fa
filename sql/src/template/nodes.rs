//! The parts of a template.

use std::ops::Range;

/// How deep blocks are followed; what is deeper stands in the block around it.
const DEPTH: usize = 60;

#[derive(Debug)]
pub(super) enum Node {
    Text(Range<usize>),
    /// `{{ … }}`: all of it, and what is inside.
    Value(Range<usize>, Range<usize>),
    /// `${name}`.
    Variable(Range<usize>),
    Block(Block),
    /// A statement of the template that makes no text, with its first word.
    Statement(Range<usize>, Range<usize>),
}

/// `{% word … %} body {% endword %}`, with what follows `else` and its like.
#[derive(Debug)]
pub(super) struct Block {
    /// The tag that opens it.
    pub tag: Range<usize>,
    pub word: Range<usize>,
    /// Of each branch the rest of its tag and its nodes; `else` has an empty rest.
    pub branches: Vec<(Range<usize>, Vec<Node>)>,
}

/// Words that open blocks that have an end.
const BLOCKS: [&str; 10] =
    ["if", "for", "macro", "call", "filter", "raw", "snapshot", "test", "materialization", "docs"];

/// The nodes of a text. A tag that is not closed is text.
pub(super) fn read(text: &str) -> Vec<Node> {
    Reader { text, at: 0, unclosed: Vec::new() }.nodes(0).0
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Signs that close a tag and do not come any more.
    unclosed: Vec<&'static str>,
}

/// A tag that ends the nodes of a branch.
struct Stop {
    word: Range<usize>,
    rest: Range<usize>,
}

impl Reader<'_> {
    /// The nodes up to a tag that belongs to the block around them.
    fn nodes(&mut self, depth: usize) -> (Vec<Node>, Option<Stop>) {
        let mut nodes = Vec::new();
        loop {
            let open = self.opening();
            let text = self.at..open.unwrap_or(self.text.len());
            if !text.is_empty() {
                nodes.push(Node::Text(text));
            }
            let Some(open) = open else {
                self.at = self.text.len();
                return (nodes, None);
            };
            let Some((tag, inside)) = self.tag(open) else {
                nodes.push(Node::Text(open..open + 2));
                self.at = open + 2;
                continue;
            };
            self.at = tag.end;
            match self.text.as_bytes()[open + 1] {
                b'{' if self.text.as_bytes()[open] == b'$' => nodes.push(Node::Variable(tag)),
                b'{' => nodes.push(Node::Value(tag, inside)),
                b'#' => nodes.push(Node::Statement(tag, inside.start..inside.start)),
                _ => {
                    let (word, rest) = self.first_word(inside);
                    let name = &self.text[word.clone()];
                    if depth > 0 && (name.starts_with("end") || matches!(name, "else" | "elif")) {
                        return (nodes, Some(Stop { word, rest }));
                    }
                    nodes.push(self.statement(tag, word, rest, depth));
                }
            }
        }
    }

    fn statement(&mut self, tag: Range<usize>, word: Range<usize>, rest: Range<usize>, depth: usize) -> Node {
        let name = &self.text[word.clone()];
        let assigned_block = name == "set" && !self.text[rest.clone()].contains('=');
        if depth >= DEPTH || !(BLOCKS.contains(&name) || assigned_block) {
            return Node::Statement(tag, word.start..rest.end);
        }
        let mut branches = Vec::new();
        let mut rest = rest;
        loop {
            let (nodes, stop) = self.nodes(depth + 1);
            branches.push((rest, nodes));
            match stop {
                Some(stop) if !self.text[stop.word.clone()].starts_with("end") => rest = stop.rest,
                Some(_) | None => return Node::Block(Block { tag, word, branches }),
            }
        }
    }

    /// Where the next tag begins.
    fn opening(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        (self.at..bytes.len().saturating_sub(1)).find(|at| {
            matches!((bytes[*at], bytes[at + 1]), (b'{', b'{' | b'%' | b'#'))
                || bytes[*at] == b'$' && bytes[at + 1] == b'{'
        })
    }

    /// A tag and what is inside, without the signs that trim blanks.
    fn tag(&mut self, open: usize) -> Option<(Range<usize>, Range<usize>)> {
        let bytes = self.text.as_bytes();
        let close = match (bytes[open], bytes[open + 1]) {
            (b'$', _) => "}",
            (_, b'{') => "}}",
            (_, b'%') => "%}",
            _ => "#}",
        };
        if self.unclosed.contains(&close) {
            return None;
        }
        let Some(length) = self.text[open + 2..].find(close) else {
            self.unclosed.push(close);
            return None;
        };
        let inside = &self.text[open + 2..open + 2 + length];
        let trimmed = inside.trim_start_matches(['-', '+']).trim_start();
        let start = open + 2 + (inside.len() - trimmed.len());
        let trimmed = trimmed.trim_end_matches(['-', '+']).trim_end();
        Some((open..open + 2 + length + close.len(), start..start + trimmed.len()))
    }

    fn first_word(&self, inside: Range<usize>) -> (Range<usize>, Range<usize>) {
        let text = &self.text[inside.clone()];
        let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        (inside.start..inside.start + length, inside.start + length..inside.end)
    }
}

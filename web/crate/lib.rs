//! The built page, embedded in the binary. It knows nothing of HTTP: it names bytes, their kind and their age.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "dist/"]
struct Files;

/// One file of the page.
pub struct Asset {
    /// the file as it is
    pub bytes: Cow<'static, [u8]>,
    /// the same file in brotli, for those who accept it; absent where it would not be smaller
    pub brotli: Option<Cow<'static, [u8]>>,
    /// for the `Content-Type` header, with the charset of text
    pub content_type: &'static str,
    /// a strong entity tag of `bytes`, in its quotes; a brotli answer needs `Vary: Accept-Encoding` beside it
    pub etag: String,
    /// the name holds a hash of the content, so that it may be cached for ever
    pub immutable: bool,
}

/// The file at this path, which is relative to the page's root and may begin with `/`; `None` when there is none.
pub fn asset(path: &str) -> Option<Asset> {
    let name = path.trim_start_matches('/');
    if name.ends_with(".br") {
        return None;
    }
    Files::get(name).map(|file| describe(name, file))
}

/// The page itself. A path that is neither a file nor an endpoint answers with it: the page finds its own way.
pub fn index() -> Asset {
    asset("index.html").expect("the build script writes an index.html")
}

fn describe(name: &str, file: EmbeddedFile) -> Asset {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Asset {
        bytes: file.data,
        brotli: Files::get(&format!("{name}.br")).map(|packed| packed.data),
        content_type: content_type(name),
        etag: format!("\"{hex}\""),
        immutable: name.starts_with("assets/"),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_found_with_and_without_a_slash() {
        for path in ["index.html", "/index.html"] {
            let found = asset(path).expect("the page");
            assert_eq!(found.content_type, "text/html; charset=utf-8");
            assert_eq!(found.etag, index().etag);
            assert!(!found.immutable);
        }
    }

    #[test]
    fn what_is_not_there_is_none() {
        for path in ["", "/", "nothing.js", "../Cargo.toml", "index.html.br"] {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn files_named_by_their_hash_may_be_kept() {
        let named = Files::iter().find(|name| name.starts_with("assets/") && name.ends_with(".js"));
        let Some(name) = named else {
            return assert_eq!(Files::iter().count(), 1, "only the placeholder has no assets");
        };
        let found = asset(&name).expect("a file that was listed");
        assert!(found.immutable);
        assert!(found.brotli.is_none_or(|packed| packed.len() < found.bytes.len()));
    }

    #[test]
    fn every_file_has_a_kind() {
        for name in Files::iter().filter(|name| !name.ends_with(".br")) {
            assert_ne!(content_type(&name), "application/octet-stream", "{name}");
        }
    }
}

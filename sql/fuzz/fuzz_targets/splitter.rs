#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((dialect, text)) = sql_fuzz::input(bytes) else { return };
    let mut end = 0;
    for (start, next) in sql::split(text, dialect) {
        assert!(end <= start, "pieces overlap");
        let piece = text.get(start..next).expect("a piece is a part of the text");
        assert!(!piece.is_empty(), "a piece is empty");
        end = next;
    }
});

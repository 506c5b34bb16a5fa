#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((dialect, text)) = sql_fuzz::input(bytes) else { return };
    let (script, diagnostics) = sql::parse(text, dialect);
    assert_eq!(script.text(), text);
    for found in diagnostics {
        sql_fuzz::check_span(text, found.span);
        assert!(!found.message.is_empty());
    }
});

//! JUnit's XML, as build servers read it: one test for each consumer, failed where the policy says so.

use std::fmt::Write;

use super::Report;
use super::words::{change, heading, subject};
use crate::check::Consumer;

pub fn of(report: &Report) -> String {
    let consumers = &report.answer.consumers;
    let failures = consumers.iter().filter(|consumer| report.fails(consumer.verdict)).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\"", consumers.len());
    let changes: Vec<String> = report.proposal.changes.iter().map(change).collect();
    let title = report.proposal.title.clone().unwrap_or_else(|| changes.join("; "));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add(&mut out, &format!("<testsuites name=\"headwater check\" {counts}>\n"));
    add(&mut out, &format!("<testsuite name=\"{}\" {counts}>\n", xml(&title)));
    for consumer in consumers {
        case(&mut out, consumer, report);
    }
    add(&mut out, &format!("<system-out>{}</system-out>\n", xml(&summary(report))));
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

fn add(out: &mut String, text: &str) {
    out.write_str(text).expect("a string takes any text");
}

fn summary(report: &Report) -> String {
    let mut text = report.headline();
    for reason in &report.answer.reasons {
        text.push_str(&format!("\nnot complete: {}", reason.message));
    }
    text
}

fn case(out: &mut String, consumer: &Consumer, report: &Report) {
    let (namespace, name) = subject(consumer).map_or(("", ""), |name| (&name.namespace, &name.name));
    let head = format!("<testcase classname=\"{}\" name=\"{}\"", xml(namespace), xml(name));
    let told = format!("{}: {}", heading(consumer.verdict), consumer.reason);
    let body = xml(&details(consumer));
    if report.fails(consumer.verdict) {
        let (kind, message) = (consumer.verdict.name(), xml(&told));
        add(out, &format!("{head}><failure type=\"{kind}\" message=\"{message}\">{body}</failure></testcase>\n"));
    } else {
        add(out, &format!("{head}><system-out>{}\n{body}</system-out></testcase>\n", xml(&told)));
    }
}

fn details(consumer: &Consumer) -> String {
    let mut lines = Vec::new();
    if !consumer.via.is_empty() {
        lines.push(format!("path: {}", consumer.via.join(" > ")));
    }
    if let Some(job) = &consumer.job {
        lines.push(format!("job: {}/{}", job.namespace, job.name));
    }
    if !consumer.owners.is_empty() {
        lines.push(format!("owners: {}", consumer.owners.join(", ")));
    }
    for column in &consumer.columns {
        lines.push(format!("column {}: {}: {}", column.name, heading(column.verdict), column.reason));
        let place = column.span.as_ref().map(|span| format!("  line {}: {}", span.line, span.text));
        lines.extend(place.or_else(|| column.expression.as_ref().map(|text| format!("  {text}"))));
    }
    lines.join("\n")
}

/// Text for content and attributes alike. What XML 1.0 cannot say at all becomes the sign for that.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // In an attribute these would be read as blanks.
            '\n' | '\r' | '\t' => out.push_str(&format!("&#{};", u32::from(c))),
            '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Format;
    use super::super::tests::{nothing, sample, shown};
    use super::*;

    /// Reads XML as far as it is used here, and fails where it is not well formed.
    fn check_well_formed(text: &str) {
        let mut open: Vec<&str> = Vec::new();
        let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("the head");
        while let Some(at) = rest.find('<') {
            check_text(&rest[..at]);
            let end = rest[at..].find('>').expect("a tag that ends") + at;
            let tag = &rest[at + 1..end];
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "what was opened last is closed"),
                None => open.push(check_tag(tag)),
            }
            rest = &rest[end + 1..];
        }
        check_text(rest);
        assert!(open.is_empty(), "not closed: {open:?}");
    }

    /// The name of a tag whose attributes are names and quoted values.
    fn check_tag(tag: &str) -> &str {
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("name=\"value\"");
            assert!(attribute.chars().all(|c| c.is_ascii_lowercase()), "{attribute}");
            let (value, rest) = value.split_once('"').expect("a value that ends");
            check_text(value);
            attributes = rest.strip_prefix(' ').unwrap_or(rest);
        }
        name
    }

    fn check_text(text: &str) {
        assert!(!text.contains(['<', '>']) && text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        for part in text.split('&').skip(1) {
            let entity = part.split_once(';').expect("an entity that ends").0;
            let known = ["amp", "lt", "gt", "quot", "apos"].contains(&entity);
            assert!(known || entity.strip_prefix('#').is_some_and(|code| code.parse::<u8>().is_ok()), "&{entity};");
        }
    }

    #[test]
    fn a_report_for_build_servers() {
        let text = shown(sample(), Format::Junit);
        check_well_formed(&text);
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="headwater check" tests="4" failures="2" errors="0" skipped="0">
            <testsuite name="Totals go" tests="4" failures="2" errors="0" skipped="0">
            <testcase classname="postgres://db:5432" name="shop.daily"><failure type="breaks" message="breaks: `total` is not a column of `shop.orders` any more">job: airflow/load_daily&#10;owners: team:finance, @ada&#10;column a &lt; b: breaks: `total` is not a column of `shop.orders` any more&#10;  line 2: sum(o.total) as &quot;a &lt; b&quot;</failure></testcase>
            <testcase classname="postgres://db:5432" name="shop.re&quot;port&apos;�"><failure type="breaks" message="breaks: `shop.daily` fails">path: shop.daily&#10;owners: team:finance</failure></testcase>
            <testcase classname="bi" name="sales | board"><system-out>may break: its query is not known &amp; only tables are tied
            job: bi/sales | board</system-out></testcase>
            <testcase classname="postgres://db:5432" name="shop.customers"><system-out>safe: it does not use what changes
            </system-out></testcase>
            <system-out>breaks 2, may break 1, safe for 1&#10;not complete: queries of 1 job could not be read in full</system-out>
            </testsuite>
            </testsuites>
        "#]].assert_eq(&text);
        check_well_formed(&shown(nothing(), Format::Junit));
    }

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        assert_eq!(
            xml("a<b>&\"'\n\u{0}\u{1b}\u{ffff}é😀"),
            "a&lt;b&gt;&amp;&quot;&apos;&#10;\u{fffd}\u{fffd}\u{fffd}é😀"
        );
    }
}

//! Partial comparison: what a scenario expects, in YAML, against what the server answered, in JSON.
//!
//! An object may have more than is expected of it. A list has exactly the items expected, in any order. Tags say more:
//! `!ordered [a, b]` in this order, `!contains [a]` among others, `!without [a]` none like it, `!any` anything but null,
//! `!matches "regex"` a text like this.

use regex::Regex;
use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

/// Every difference, one line each, with its path; empty when the answer is as expected.
pub fn differences(expected: &Yaml, found: &Json) -> Vec<String> {
    let mut out = vec![];
    compare("$", expected, found, &mut out);
    out
}

fn compare(path: &str, expected: &Yaml, found: &Json, out: &mut Vec<String>) {
    match expected {
        Yaml::Tagged(tagged) => compare_tagged(path, &tagged.tag.to_string(), (&tagged.value, found), out),
        Yaml::Mapping(fields) => {
            let Some(object) = found.as_object() else {
                return out.push(differs(path, expected, found));
            };
            for (key, value) in fields {
                let key = key.as_str().unwrap_or("a key that is no text");
                compare(&format!("{path}.{key}"), value, object.get(key).unwrap_or(&Json::Null), out);
            }
        }
        Yaml::Sequence(items) => match found.as_array() {
            Some(list) => unordered(path, (items, list), Rest::Forbidden, out),
            None => out.push(differs(path, expected, found)),
        },
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => {
            if !same_scalar(expected, found) {
                out.push(differs(path, expected, found));
            }
        }
    }
}

fn compare_tagged(path: &str, tag: &str, (expected, found): (&Yaml, &Json), out: &mut Vec<String>) {
    match (tag, expected, found) {
        ("!any", _, Json::Null) => out.push(format!("{path}: expected anything, found null")),
        ("!any", _, _) => {}
        ("!matches", Yaml::String(pattern), found) => {
            let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("{path}: {error}"));
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            if !regex.is_match(&text) {
                out.push(format!("{path}: expected a text that matches `{pattern}`, found {found}"));
            }
        }
        ("!ordered", Yaml::Sequence(items), Json::Array(list)) => ordered(path, (items, list), out),
        ("!contains", Yaml::Sequence(items), Json::Array(list)) => unordered(path, (items, list), Rest::Allowed, out),
        ("!without", Yaml::Sequence(items), Json::Array(list)) => {
            for item in items {
                for (at, _) in list.iter().enumerate().filter(|(_, found)| differences(item, found).is_empty()) {
                    out.push(format!("{path}[{at}]: expected no item like {}", shown(item)));
                }
            }
        }
        ("!ordered" | "!contains" | "!without", Yaml::Sequence(_), found) => {
            out.push(format!("{path}: expected a list, found {found}"));
        }
        (tag, ..) => out.push(format!("{path}: `{tag}` is no tag of scenarios, or not with this value")),
    }
}

fn ordered(path: &str, (items, list): (&[Yaml], &[Json]), out: &mut Vec<String>) {
    if items.len() != list.len() {
        out.push(format!(
            "{path}: expected {} items, found {}: {}",
            items.len(),
            list.len(),
            Json::from(list.to_vec())
        ));
    }
    for (at, (item, found)) in items.iter().zip(list).enumerate() {
        compare(&format!("{path}[{at}]"), item, found, out);
    }
}

#[derive(PartialEq)]
enum Rest {
    Allowed,
    Forbidden,
}

fn unordered(path: &str, (items, list): (&[Yaml], &[Json]), rest: Rest, out: &mut Vec<String>) {
    let partners = pair(items, list);
    for (item, partner) in items.iter().zip(&partners) {
        if partner.is_none() {
            let closest = list.iter().min_by_key(|found| differences(item, found).len());
            let closest = closest.map_or_else(|| "the list is empty".to_owned(), |found| format!("closest is {found}"));
            out.push(format!("{path}: expected an item like {}; {closest}", shown(item)));
        }
    }
    if rest == Rest::Forbidden {
        let extra = list.iter().enumerate().filter(|(at, _)| !partners.contains(&Some(*at)));
        out.extend(extra.map(|(at, found)| format!("{path}[{at}]: found what was not expected: {found}")));
    }
}

/// For each expected item the place of a found one of its own, by augmenting paths, so that a vague item does not take
/// the only partner of a precise one.
fn pair(items: &[Yaml], list: &[Json]) -> Vec<Option<usize>> {
    let fits: Vec<Vec<usize>> = items
        .iter()
        .map(|item| (0..list.len()).filter(|at| differences(item, &list[*at]).is_empty()).collect())
        .collect();
    let mut taken: Vec<Option<usize>> = vec![None; list.len()];
    for item in 0..items.len() {
        augment(item, &fits, &mut taken, &mut vec![false; list.len()]);
    }
    (0..items.len()).map(|item| taken.iter().position(|by| *by == Some(item))).collect()
}

fn augment(item: usize, fits: &[Vec<usize>], taken: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for &at in &fits[item] {
        if tried[at] {
            continue;
        }
        tried[at] = true;
        if taken[at].is_none_or(|other| augment(other, fits, taken, tried)) {
            taken[at] = Some(item);
            return true;
        }
    }
    false
}

fn same_scalar(expected: &Yaml, found: &Json) -> bool {
    match (expected, found) {
        (Yaml::Null, Json::Null) => true,
        (Yaml::Bool(expected), Json::Bool(found)) => expected == found,
        (Yaml::Number(expected), Json::Number(found)) => expected.as_f64() == found.as_f64(),
        (Yaml::String(expected), Json::String(found)) => expected == found,
        (_, _) => false,
    }
}

fn differs(path: &str, expected: &Yaml, found: &Json) -> String {
    format!("{path}: expected {}, found {found}", shown(expected))
}

fn shown(expected: &Yaml) -> String {
    match serde_json::to_string(expected) {
        Ok(text) => text,
        Err(_) => format!("{expected:?}"),
    }
}

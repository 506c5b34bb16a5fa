//! Templates: what they make, and that every place is one of the text as it was written.

mod common;

use expect_test::{Expect, expect};

fn check(sql: &str, expected: &Expect) {
    common::check("snowflake", "", sql, expected);
}

#[test]
fn names_and_values() {
    check(
        "SELECT a FROM {{ ref('pkg', 'm') }} JOIN {{ source('raw', 'o') }} o ON o.i = {{ var('x', 7) }}",
        &expect![[r#"
        Select reads m, raw.o
          A <- m.A identity ambiguous `a`
          A <- raw.o.A identity ambiguous `a`
          * <- raw.o.I join
        ! ambiguous-column `a`: column "a" could be of several tables
    "#]],
    );
    check(
        "{{ config(materialized='table') }} SELECT a FROM {{ this }} WHERE d > {{ var('day') }}",
        &expect![[r#"
        Select reads this
          A <- this.A identity `a`
          * <- this.D filter
        ! template `{{ var('day') }}`: a value is not known from the template
    "#]],
    );
    check(
        "SELECT a FROM ${env}.t",
        &expect![[r#"
        Select reads env.t
          A <- env.t.A identity `a`
        ! template `${env}`: a variable is read as its own name
    "#]],
    );
    check(
        "SELECT a FROM t WHERE s LIKE '{%' AND b = '{{'",
        &expect![[r#"
        Select reads t
          A <- t.A identity `a`
          * <- t.S filter
          * <- t.B filter
    "#]],
    );
}

#[test]
fn loops_and_conditions() {
    check(
        "{% set cs = ['a', 'b'] %}SELECT {% for c in cs %}sum({{ c }}) AS {{ c }}_sum{% if not loop.last %}, {% endif %}{% endfor %} FROM t",
        &expect![[r#"
            Select reads t
              A_SUM <- t.A aggregation `sum({{ c }})`
              B_SUM <- t.B aggregation `sum({{ c }})`
        "#]],
    );
    check(
        "SELECT {% if false %}a{% elif true %}b{% else %}c{% endif %} AS x FROM t",
        &expect![[r#"
        Select reads t
          X <- t.B identity `b`
    "#]],
    );
    check(
        "SELECT a FROM t {% if is_incremental() %}WHERE d > (SELECT max(d) FROM {{ this }}){% endif %}",
        &expect![[r#"
        Select reads t, this
          A <- t.A identity `a`
          * <- t.D filter
          * <- this.D filter
    "#]],
    );
    check(
        "SELECT {% for c in cs() %}{{ c }}, {% endfor %}a FROM t",
        &expect![[r#"
        Select reads t
          A <- t.A identity `a`
        ! template `{% for c in cs() %}`: a loop over a list that is not known is read once
        ! template `{{ c }}`: a value is not known from the template
    "#]],
    );
}

#[test]
fn macros() {
    check(
        "{% macro cents(c, d=2) %}round({{ c }} / 100, {{ d }}){% endmacro %}SELECT {{ cents('a') }} AS x FROM t",
        &expect![[r#"
        Select reads t
          X <- t.A transformation `{{ cents('a') }}`
    "#]],
    );
    check(
        "SELECT {{ dbt_utils.generate_surrogate_key(['a', 'b']) }} AS k, {{ to_euros('c') }} AS e FROM t",
        &expect![[r#"
            Select reads t
              K <- t.A transformation masked `{{ dbt_utils.generate_surrogate_key(['a', 'b']) }}`
              K <- t.B transformation masked `{{ dbt_utils.generate_surrogate_key(['a', 'b']) }}`
              E <- t.C transformation `{{ to_euros('c') }}`
            ! template `{{ dbt_utils.generate_surrogate_key(['a', 'b']) }}`: a macro that is not in the text is read as a function
            ! template `{{ to_euros('c') }}`: a macro that is not in the text is read as a function
            ! opaque-function `{{ to_euros('c') }}`: what "to_euros" does is not known: its result may depend on all of its arguments
        "#]],
    );
}

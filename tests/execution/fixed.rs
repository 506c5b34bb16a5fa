//! Statements by construct, over the tables of `statements`.

pub const STATEMENTS: [&str; 26] = [
    "select * from sales_t",
    "select s.*, b.score_c from sales_t s join buyers_t b on s.buyer_id = b.buyer_key",
    "select distinct price_c from sales_t where count_c > 1",
    "select price_c from sales_t union select score_c from buyers_t",
    "select price_c from sales_t intersect select score_c from buyers_t",
    "select price_c from sales_t except select score_c from buyers_t",
    "select area_id, count(*) as n from buyers_t group by area_id having sum(score_c) > 2",
    "select area_id, sum(score_c) as total from buyers_t group by 1",
    "select sale_id from sales_t s where exists (select 1 from buyers_t b where b.buyer_key = s.buyer_id)",
    "select sale_id from sales_t s where not exists (select 1 from buyers_t b where b.buyer_key = s.buyer_id and b.score_c > 1)",
    "select sale_id, (select max(b.score_c) from buyers_t b where b.buyer_key = s.buyer_id) as best from sales_t s",
    "select sale_id from sales_t where buyer_id in (select buyer_key from buyers_t where score_c > 1)",
    "select sale_id from sales_t where price_c > (select min(level_c) from areas_t)",
    "select sale_id, row_number() over (partition by buyer_id order by price_c, sale_id, count_c) as place from sales_t",
    "select sale_id, lag(price_c) over (order by sale_id, price_c, count_c) as before_c from sales_t",
    "select case when price_c > 2 then 1 else 0 end as dear from sales_t",
    "select case price_c when 1 then count_c else sale_id end as some_c from sales_t",
    "with recursive steps_c (n) as (select min(level_c) from areas_t union all select n + 1 from steps_c where n < 6) select n from steps_c",
    "with one_c as (select area_id, sum(score_c) as total from buyers_t group by area_id) select a.tax_c, o.total from areas_t a left join one_c o on o.area_id = a.area_key",
    "select tax_c from areas_t order by level_c, area_key, tax_c limit 2",
    "select x.total from (select buyer_id, sum(price_c * count_c) as total from sales_t group by buyer_id) x where x.total > 3",
    "select coalesce(b.score_c, 0) as score from sales_t s left join buyers_t b on s.buyer_id = b.buyer_key where s.count_c is not null",
    "select a.tax_c, b.score_c from areas_t a cross join buyers_t b where a.level_c = b.area_id",
    "select count(distinct area_id) as n from buyers_t",
    "select sum(price_c) filter (where count_c > 1) as some_c from sales_t",
    "select a.tax_c from areas_t a where (a.area_key, a.level_c) in (select b.area_id, b.score_c from buyers_t b)",
];

/// Statements that write one of the tables, each with the number of that table.
pub const WRITES: [(&str, usize); 9] = [
    (
        "insert into areas_t select area_id, sum(score_c), max(buyer_key) from buyers_t where score_c > 0 group by area_id",
        2,
    ),
    ("insert into areas_t (level_c, area_key) select price_c, count_c from sales_t", 2),
    ("insert into buyers_t (buyer_key, score_c) values (7, (select max(tax_c) from areas_t))", 1),
    ("update sales_t set price_c = count_c + 1 where buyer_id > 1", 0),
    ("update sales_t set price_c = (select max(score_c) from buyers_t where buyer_key = buyer_id)", 0),
    ("update sales_t set price_c = case when count_c > 1 then 9 else 8 end", 0),
    (
        "update sales_t set price_c = b.score_c from buyers_t b where b.buyer_key = sales_t.buyer_id and b.area_id = 1",
        0,
    ),
    ("delete from sales_t where buyer_id in (select buyer_key from buyers_t where score_c > 1)", 0),
    ("delete from areas_t where exists (select 1 from buyers_t where area_id = area_key)", 2),
];

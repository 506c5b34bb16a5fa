//! Reads the files of the estate and completes what they leave out.

use serde::Deserialize;

/// Everything there is.
pub struct Estate {
    pub tables: Vec<Table>,
    pub jobs: Vec<Job>,
    pub dashboards: Vec<Job>,
}

/// A dataset: a table, topic, file, dashboard or model.
pub struct Table {
    pub spec: TableSpec,
    pub columns: Vec<Column>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// `place.name`
    pub id: String,
    /// The name within the place, where it is not that of the id.
    path: Option<String>,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub owners: Vec<String>,
    /// `key=value`
    #[serde(default)]
    pub tags: Vec<String>,
    pub storage: Option<String>,
    kind: Option<String>,
    /// The same table by another id.
    pub also: Option<String>,
    columns: Option<String>,
    columns_of: Option<String>,
    #[serde(default)]
    reads: Vec<String>,
    sql: Option<String>,
    lineage: Option<String>,
    #[serde(default)]
    pub tests: Vec<String>,
    pub warns: Option<Warning>,
    rows: Option<u64>,
}

/// A test that finds something on one night.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    pub test: String,
    pub night: i64,
    pub actual: String,
}

#[derive(Clone, Default)]
pub struct Column {
    /// Dotted.
    pub path: String,
    pub data_type: String,
    pub tags: Vec<String>,
    pub about: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    pub job: String,
    #[serde(default)]
    pub by: Runner,
    pub kind: Option<String>,
    pub parent: Option<String>,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub owners: Vec<String>,
    /// `hh:mm` of the night
    #[serde(default)]
    at: String,
    /// Seconds after `at`.
    #[serde(skip)]
    delay: i64,
    #[serde(default)]
    pub takes: i64,
    days: Option<Vec<i64>>,
    pub dialect: Option<String>,
    #[serde(default)]
    pub reads: Vec<String>,
    #[serde(default)]
    pub writes: Vec<String>,
    pub sql: Option<String>,
    lineage: Option<String>,
    pub rows: Option<u64>,
    /// The night on which it fails.
    pub fails: Option<i64>,
    pub error: Option<String>,
    #[serde(default)]
    pub drops: bool,
    /// The id under which the written table was known before.
    pub renames: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runner {
    Airflow,
    Dbt,
    Spark,
    Connect,
    #[default]
    Metabase,
}

/// What one line of `lineage` says.
pub struct Link {
    /// None: of all columns.
    pub target: Option<String>,
    /// Table id and column.
    pub sources: Vec<(String, String)>,
    pub how: String,
}

#[derive(Deserialize)]
struct JobsFile {
    copies: Vec<String>,
    jobs: Vec<Job>,
    dashboards: Vec<Job>,
}

impl Estate {
    pub fn load() -> Result<Estate, String> {
        let jobs: JobsFile = parse("jobs", include_str!("estate/jobs.yaml"))?;
        let mut specs: Vec<TableSpec> = parse("sources", include_str!("estate/sources.yaml"))?;
        specs.extend(jobs.copies.iter().map(|name| copied_table(name)));
        specs.extend(parse::<Vec<TableSpec>>("staging", include_str!("estate/staging.yaml"))?);
        specs.extend(parse::<Vec<TableSpec>>("marts", include_str!("estate/marts.yaml"))?);
        specs.extend(parse::<Vec<TableSpec>>("consumers", include_str!("estate/consumers.yaml"))?);

        let mut all = jobs.jobs;
        all.extend(jobs.copies.iter().zip(0..).map(|(name, at)| copy_job(name, at)));
        all.extend(specs.iter().filter(|spec| spec.sql.is_some()).zip(0..).map(|(spec, at)| model_job(spec, at)));
        let tables = tables(specs)?;
        Ok(Estate { tables, jobs: all, dashboards: jobs.dashboards })
    }

    /// The table of an id, also of the other id it goes by.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.spec.id == id || table.spec.also.as_deref() == Some(id))
    }

    /// Namespace and name of a dataset by its id; the other id of a table has a name of its own.
    pub fn name(&self, id: &str) -> (&'static str, String) {
        let table = self.tables.iter().find(|table| table.spec.id == id);
        table.map_or_else(|| namespace_and_name(id), |table| table.spec.namespace_and_name())
    }

    pub fn job(&self, name: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.job == name)
    }

    /// What a job says of the columns it writes; empty when it says nothing.
    pub fn links(&self, job: &Job) -> Vec<Link> {
        match job.lineage.as_deref() {
            None => Vec::new(),
            Some("copy") => self.copied_columns(job),
            Some(lines) => lines.lines().filter_map(|line| link(line, &job.reads)).collect(),
        }
    }

    fn copied_columns(&self, job: &Job) -> Vec<Link> {
        let (Some(from), Some(to)) = (job.reads.first(), job.writes.first()) else { return Vec::new() };
        let (Some(source), Some(target)) = (self.table(from), self.table(to)) else { return Vec::new() };
        let same = target.columns.iter().filter(|column| source.columns.iter().any(|other| other.path == column.path));
        same.map(|column| Link {
            target: Some(column.path.clone()),
            sources: vec![(from.clone(), column.path.clone())],
            how: String::new(),
        })
        .collect()
    }
}

impl TableSpec {
    /// TABLE, VIEW, FILE, TOPIC, MODEL or DASHBOARD.
    pub fn dataset_type(&self) -> String {
        match (&self.kind, place(&self.id).0) {
            (Some(kind), _) => kind.to_uppercase(),
            (None, "topics") => "TOPIC".to_owned(),
            (None, "landing" | "exports") => "FILE".to_owned(),
            (None, "staging") => "VIEW".to_owned(),
            (None, _) => "TABLE".to_owned(),
        }
    }

    pub fn namespace_and_name(&self) -> (&'static str, String) {
        let (namespace, name) = namespace_and_name(&self.id);
        match &self.path {
            Some(path) => (namespace, path.clone()),
            None => (namespace, name),
        }
    }
}

impl Job {
    /// Seconds after midnight.
    pub fn start(&self) -> i64 {
        let (hours, minutes) = self.at.split_once(':').unwrap_or(("0", "0"));
        let number = |text: &str| text.parse::<i64>().unwrap_or(0);
        number(hours) * 3600 + number(minutes) * 60 + self.delay
    }

    pub fn runs_on(&self, night: i64) -> bool {
        self.days.as_ref().is_none_or(|days| days.contains(&night))
    }

    pub fn first_night(&self) -> i64 {
        self.days.as_ref().and_then(|days| days.first().copied()).unwrap_or(0)
    }

    pub fn has_lineage(&self) -> bool {
        self.lineage.is_some()
    }
}

/// The name of a dataset in its place.
fn namespace_and_name(id: &str) -> (&'static str, String) {
    let (place, rest) = place(id);
    let (namespace, prefix) = match place {
        "shop" => ("postgres://shop-db:5432", "shop.public."),
        "topics" => ("kafka://events.moss-kettle.example:9092", ""),
        "landing" => ("s3://mk-landing", ""),
        "lake" => ("s3://mk-lake", ""),
        "exports" => ("s3://mk-exports", ""),
        "hive" => ("hive://metastore.moss-kettle.example:9083", ""),
        "bi" => ("metabase://bi.moss-kettle.example", ""),
        "models" => ("mlflow://models.moss-kettle.example", ""),
        schema => return (WAREHOUSE, format!("analytics.{schema}.{rest}")),
    };
    (namespace, format!("{prefix}{rest}"))
}

const WAREHOUSE: &str = "snowflake://mosskettle-eu1";

fn place(id: &str) -> (&str, &str) {
    id.split_once('.').unwrap_or((id, ""))
}

fn parse<T: for<'a> Deserialize<'a>>(file: &str, text: &str) -> Result<T, String> {
    serde_yaml_ng::from_str(text).map_err(|error| format!("{file}.yaml: {error}"))
}

fn copied_table(name: &str) -> TableSpec {
    TableSpec {
        id: format!("raw.{name}"),
        about: format!("Copy of the shop's table `{name}`, loaded every night as it is."),
        owners: vec!["Data team".to_owned()],
        tags: vec!["tier=3".to_owned()],
        columns: Some(LOADED.to_owned()),
        columns_of: Some(format!("shop.{name}")),
        ..TableSpec::default()
    }
}

const LOADED: &str = "
_loaded_at  timestamp_ntz  -- When the copy was made
_batch      varchar        -- The run that made it";

fn copy_job(name: &str, at: i64) -> Job {
    Job {
        job: format!("shop_nightly.extract_{name}"),
        by: Runner::Airflow,
        parent: Some("shop_nightly".to_owned()),
        about: format!("Copies `{name}` from the shop's database into the warehouse."),
        owners: vec!["Data team".to_owned()],
        at: "02:03".to_owned(),
        delay: at * 17,
        takes: 60 + at * 23 % 140,
        reads: vec![format!("shop.{name}")],
        writes: vec![format!("raw.{name}")],
        lineage: Some("copy".to_owned()),
        rows: Some(20_000 + at.unsigned_abs() * 9_377),
        ..Job::default()
    }
}

fn model_job(spec: &TableSpec, at: i64) -> Job {
    let (_, name) = spec.namespace_and_name();
    let (schema, model) = name.rsplit_once('.').unwrap_or(("analytics", &name));
    Job {
        job: format!("{schema}.moss_kettle.{model}"),
        by: Runner::Dbt,
        kind: Some("MODEL".to_owned()),
        parent: Some("dbt-run-moss_kettle".to_owned()),
        about: spec.about.clone(),
        owners: spec.owners.clone(),
        at: "02:22".to_owned(),
        delay: at * 125,
        takes: 20 + at * 31 % 80,
        dialect: Some("snowflake".to_owned()),
        reads: spec.reads.clone(),
        writes: vec![spec.id.clone()],
        sql: spec.sql.clone(),
        lineage: spec.lineage.clone(),
        rows: spec.rows,
        ..Job::default()
    }
}

fn tables(specs: Vec<TableSpec>) -> Result<Vec<Table>, String> {
    let mut tables: Vec<Table> = Vec::new();
    for spec in specs {
        let mut columns = match &spec.columns_of {
            Some(other) => columns_of(other, &spec, &tables)?,
            None => Vec::new(),
        };
        columns.extend(spec.columns.iter().flat_map(|lines| lines.lines()).filter_map(column));
        if columns.is_empty() {
            return Err(format!("`{}`: expected `columns` or `columns_of`", spec.id));
        }
        tables.push(Table { spec, columns });
    }
    Ok(tables)
}

/// A copy in the warehouse has the warehouse's types, and nobody has described its columns yet.
fn columns_of(other: &str, spec: &TableSpec, tables: &[Table]) -> Result<Vec<Column>, String> {
    let found = tables.iter().find(|table| table.spec.id == other);
    let source = found.ok_or_else(|| format!("`{}`: `{other}` is not known before it", spec.id))?;
    if spec.namespace_and_name().0 != WAREHOUSE {
        return Ok(source.columns.clone());
    }
    let bare = |column: &Column| Column {
        path: column.path.clone(),
        data_type: warehouse_type(&column.data_type),
        ..Column::default()
    };
    Ok(source.columns.iter().map(bare).collect())
}

fn warehouse_type(name: &str) -> String {
    match name.split('(').next().unwrap_or(name) {
        "bigint" | "integer" | "smallint" | "long" => "number(38,0)".to_owned(),
        "numeric" => name.replacen("numeric", "number", 1),
        "varchar" | "char" | "text" | "string" | "inet" => "varchar".to_owned(),
        "timestamptz" | "timestamp" => "timestamp_ntz".to_owned(),
        "double" => "float".to_owned(),
        _ => name.to_owned(),
    }
}

/// `path type [#tag…] [-- description]`
fn column(line: &str) -> Option<Column> {
    let (left, about) = match line.split_once("--") {
        Some((left, about)) => (left, Some(about.trim().to_owned())),
        None => (line, None),
    };
    let mut words = left.split_whitespace();
    let (path, data_type) = (words.next()?.to_owned(), words.next()?.to_owned());
    let tags = words.filter_map(|word| word.strip_prefix('#')).map(str::to_owned).collect();
    Some(Column { path, data_type, tags, about })
}

/// `column = source.column, … how`
fn link(line: &str, reads: &[String]) -> Option<Link> {
    let (target, right) = line.split_once('=')?;
    let (places, how): (Vec<&str>, Vec<&str>) = right.split_whitespace().partition(|word| word.contains('.'));
    let target = Some(target.trim()).filter(|target| *target != "*").map(str::to_owned);
    let sources = places.iter().filter_map(|place| source(place.trim_end_matches(','), reads)).collect();
    Some(Link { target, sources, how: how.concat() })
}

fn source(text: &str, reads: &[String]) -> Option<(String, String)> {
    let (table, column) = text.split_once('.')?;
    let id = reads.iter().find(|id| place(id).1 == table)?;
    Some((id.clone(), column.to_owned()))
}

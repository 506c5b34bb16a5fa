/** The colours of the canvas. They are read from the style sheet, so there is one place that says what they are. */
export interface Palette {
  bg: string;
  card: string;
  line: string;
  text: string;
  dim: string;
  edge: string;
  hi: string;
  pii: string;
  sel: string;
  platforms: string[];
  font: string;
  mono: string;
}

const PLATFORMS = 6;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--hw-${name}`).trim();
  return {
    bg: colour('bg'),
    card: colour('card'),
    line: colour('line'),
    text: colour('text'),
    dim: colour('dim'),
    edge: colour('edge'),
    hi: colour('hi'),
    pii: colour('pii'),
    sel: colour('sel'),
    platforms: Array.from({ length: PLATFORMS }, (_, i) => colour(`p${i}`)),
    font: style.getPropertyValue('--mantine-font-family').trim(),
    mono: style.getPropertyValue('--mantine-font-family-monospace').trim(),
  };
}

const HOME: Record<string, number> = Object.fromEntries(
  [
    ['postgres', 'postgresql', 'mysql', 'oracle', 'mssql', 'sqlserver', 'mongodb', 'sqlite'],
    [
      'snowflake',
      'bigquery',
      'redshift',
      'trino',
      'databricks',
      'unitycatalog',
      'hive',
      'athena',
      'duckdb',
      'clickhouse',
    ],
    ['looker', 'tableau', 'powerbi', 'superset', 'metabase', 'dashboard'],
    ['s3', 's3a', 'gs', 'abfs', 'abfss', 'wasb', 'hdfs', 'dbfs', 'file'],
    [],
    ['kafka', 'kinesis', 'pubsub', 'eventhub'],
  ].flatMap((names, colour) => names.map((name) => [name, colour])),
);
const OTHER = 4;

/** A colour for each platform of a picture: the one its family always has, or the next free where two would be alike. */
export function platformColours(platforms: readonly string[]): ReadonlyMap<string, number> {
  const colours = new Map<string, number>();
  for (const platform of [...platforms].sort()) {
    const home = HOME[platform] ?? OTHER;
    const taken = new Set(colours.values());
    const free = Array.from({ length: PLATFORMS }, (_, i) => (home + i) % PLATFORMS).find((c) => !taken.has(c));
    colours.set(platform, free ?? home);
  }
  return colours;
}

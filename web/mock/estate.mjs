// A made-up shop: sources, staging, marts and dashboards, with columns, jobs, runs and column lineage.
// One line per column: "name type [!tag] [< source.column:KIND …]"; nested columns are dotted.

const SHOP = 'postgres://shop-db:5432';
const WAREHOUSE = 'snowflake://acme-shop';
const BI = 'looker://looker.shop.example';
const LAKE = 's3://shop-events';

const TABLES = `
${SHOP} shop.public.customers TABLE crm-team
  customer_id bigint
  email varchar !pii
  phone varchar !pii
  first_name varchar !pii
  last_name varchar !pii
  birth_date date !pii
  address struct !pii
  address.street varchar !pii
  address.city varchar
  address.country varchar
  created_at timestamp
${SHOP} shop.public.orders TABLE shop-backend
  order_id bigint
  customer_id bigint
  status varchar
  currency varchar
  shipping_address varchar !pii
  ordered_at timestamp
${SHOP} shop.public.order_items TABLE shop-backend
  order_id bigint
  line integer
  product_id bigint
  quantity integer
  unit_price numeric(12,2)
  discount numeric(12,2)
${SHOP} shop.public.products TABLE shop-backend
  product_id bigint
  sku varchar
  title varchar
  category_id integer
  list_price numeric(12,2)
${SHOP} shop.public.categories TABLE shop-backend
  category_id integer
  name varchar
  parent_id integer
${SHOP} shop.public.payments TABLE payments-team
  payment_id bigint
  order_id bigint
  amount numeric(12,2)
  method varchar
  iban varchar !pii
  paid_at timestamp
${SHOP} shop.public.shipments TABLE logistics
  shipment_id bigint
  order_id bigint
  carrier varchar
  shipped_at timestamp
  delivered_at timestamp
${SHOP} shop.public.returns TABLE logistics
  return_id bigint
  order_id bigint
  reason varchar
  returned_at timestamp
${LAKE} web/page_views FILE web-analytics
  session_id string
  visitor_email string !pii
  url string
  referrer string
  viewed_at timestamp
${WAREHOUSE} shop.staging.stg_customers VIEW analytics-eng dbt
  customer_id bigint < shop.public.customers.customer_id:IDENTITY
  email varchar !pii < shop.public.customers.email:TRANSFORMATION
  email_hash varchar < shop.public.customers.email:MASK
  full_name varchar !pii < shop.public.customers.first_name:TRANSFORMATION shop.public.customers.last_name:TRANSFORMATION
  age_band varchar < shop.public.customers.birth_date:TRANSFORMATION
  city varchar < shop.public.customers.address.city:IDENTITY
  country varchar < shop.public.customers.address.country:IDENTITY
  created_at timestamp < shop.public.customers.created_at:IDENTITY
${WAREHOUSE} shop.staging.stg_orders VIEW analytics-eng dbt
  order_id bigint < shop.public.orders.order_id:IDENTITY
  customer_id bigint < shop.public.orders.customer_id:IDENTITY
  status varchar < shop.public.orders.status:TRANSFORMATION
  currency varchar < shop.public.orders.currency:IDENTITY
  ordered_at timestamp < shop.public.orders.ordered_at:IDENTITY
${WAREHOUSE} shop.staging.stg_order_items VIEW analytics-eng dbt
  order_id bigint < shop.public.order_items.order_id:IDENTITY
  product_id bigint < shop.public.order_items.product_id:IDENTITY
  quantity integer < shop.public.order_items.quantity:IDENTITY
  net_price numeric(12,2) < shop.public.order_items.unit_price:TRANSFORMATION shop.public.order_items.discount:TRANSFORMATION
${WAREHOUSE} shop.staging.stg_products VIEW analytics-eng dbt
  product_id bigint < shop.public.products.product_id:IDENTITY
  sku varchar < shop.public.products.sku:IDENTITY
  title varchar < shop.public.products.title:IDENTITY
  category varchar < shop.public.categories.name:IDENTITY shop.public.products.category_id:JOIN
  list_price numeric(12,2) < shop.public.products.list_price:IDENTITY
${WAREHOUSE} shop.staging.stg_payments VIEW analytics-eng dbt
  payment_id bigint < shop.public.payments.payment_id:IDENTITY
  order_id bigint < shop.public.payments.order_id:IDENTITY
  amount numeric(12,2) < shop.public.payments.amount:IDENTITY
  method varchar < shop.public.payments.method:IDENTITY
  iban_hash varchar < shop.public.payments.iban:MASK
  paid_at timestamp < shop.public.payments.paid_at:IDENTITY
${WAREHOUSE} shop.staging.stg_shipments VIEW analytics-eng dbt
  order_id bigint < shop.public.shipments.order_id:IDENTITY
  carrier varchar < shop.public.shipments.carrier:IDENTITY
  days_to_deliver integer < shop.public.shipments.shipped_at:TRANSFORMATION shop.public.shipments.delivered_at:TRANSFORMATION
${WAREHOUSE} shop.staging.stg_returns VIEW analytics-eng dbt
  order_id bigint < shop.public.returns.order_id:IDENTITY
  reason varchar < shop.public.returns.reason:IDENTITY
${WAREHOUSE} shop.staging.stg_page_views TABLE web-analytics airflow
  session_id varchar < web/page_views.session_id:IDENTITY
  visitor_hash varchar < web/page_views.visitor_email:MASK
  path varchar < web/page_views.url:TRANSFORMATION
  viewed_at timestamp < web/page_views.viewed_at:IDENTITY
${WAREHOUSE} shop.core.int_order_payments TABLE analytics-eng dbt
  order_id bigint < shop.staging.stg_orders.order_id:IDENTITY shop.staging.stg_payments.order_id:JOIN
  paid_amount numeric(14,2) < shop.staging.stg_payments.amount:AGGREGATION shop.staging.stg_payments.order_id:GROUP_BY
  first_paid_at timestamp < shop.staging.stg_payments.paid_at:AGGREGATION
  payment_count integer < shop.staging.stg_payments.payment_id:AGGREGATION
${WAREHOUSE} shop.core.int_order_lines TABLE analytics-eng dbt
  order_id bigint < shop.staging.stg_order_items.order_id:IDENTITY
  product_id bigint < shop.staging.stg_order_items.product_id:IDENTITY
  category varchar < shop.staging.stg_products.category:IDENTITY shop.staging.stg_products.product_id:JOIN
  line_revenue numeric(14,2) < shop.staging.stg_order_items.quantity:TRANSFORMATION shop.staging.stg_order_items.net_price:TRANSFORMATION
${WAREHOUSE} shop.core.int_sessions TABLE web-analytics dbt
  session_id varchar < shop.staging.stg_page_views.session_id:IDENTITY
  visitor_hash varchar < shop.staging.stg_page_views.visitor_hash:IDENTITY
  page_count integer < shop.staging.stg_page_views.path:AGGREGATION
  started_at timestamp < shop.staging.stg_page_views.viewed_at:AGGREGATION
${WAREHOUSE} shop.marts.dim_customers TABLE analytics-eng dbt
  customer_id bigint < shop.staging.stg_customers.customer_id:IDENTITY
  email varchar !pii < shop.staging.stg_customers.email:IDENTITY
  email_hash varchar < shop.staging.stg_customers.email_hash:IDENTITY
  full_name varchar !pii < shop.staging.stg_customers.full_name:IDENTITY
  age_band varchar < shop.staging.stg_customers.age_band:IDENTITY
  country varchar < shop.staging.stg_customers.country:IDENTITY
  first_order_at timestamp < shop.staging.stg_orders.ordered_at:AGGREGATION shop.staging.stg_orders.customer_id:GROUP_BY
  lifetime_revenue numeric(14,2) < shop.core.int_order_payments.paid_amount:AGGREGATION shop.staging.stg_orders.customer_id:JOIN
${WAREHOUSE} shop.marts.dim_products TABLE analytics-eng dbt
  product_id bigint < shop.staging.stg_products.product_id:IDENTITY
  sku varchar < shop.staging.stg_products.sku:IDENTITY
  title varchar < shop.staging.stg_products.title:IDENTITY
  category varchar < shop.staging.stg_products.category:IDENTITY
${WAREHOUSE} shop.marts.fct_orders TABLE analytics-eng dbt
  order_id bigint < shop.staging.stg_orders.order_id:IDENTITY
  customer_id bigint < shop.staging.stg_orders.customer_id:IDENTITY
  status varchar < shop.staging.stg_orders.status:CONDITIONAL shop.staging.stg_returns.reason:CONDITIONAL
  ordered_at timestamp < shop.staging.stg_orders.ordered_at:IDENTITY
  revenue numeric(14,2) < shop.core.int_order_payments.paid_amount:IDENTITY shop.staging.stg_orders.status:FILTER
  gross_revenue numeric(14,2) < shop.core.int_order_lines.line_revenue:AGGREGATION
  days_to_deliver integer < shop.staging.stg_shipments.days_to_deliver:IDENTITY
  returned boolean < shop.staging.stg_returns.order_id:TRANSFORMATION
${WAREHOUSE} shop.marts.fct_order_lines TABLE analytics-eng dbt
  order_id bigint < shop.core.int_order_lines.order_id:IDENTITY
  product_id bigint < shop.core.int_order_lines.product_id:IDENTITY
  category varchar < shop.core.int_order_lines.category:IDENTITY
  line_revenue numeric(14,2) < shop.core.int_order_lines.line_revenue:IDENTITY
${WAREHOUSE} shop.marts.fct_customer_orders TABLE analytics-eng dbt
  customer_id bigint < shop.marts.dim_customers.customer_id:IDENTITY shop.marts.fct_orders.customer_id:JOIN
  email varchar !pii < shop.marts.dim_customers.email:IDENTITY
  order_count integer < shop.marts.fct_orders.order_id:AGGREGATION
  revenue numeric(14,2) < shop.marts.fct_orders.revenue:AGGREGATION shop.marts.fct_orders.customer_id:GROUP_BY
  last_order_at timestamp < shop.marts.fct_orders.ordered_at:AGGREGATION
${WAREHOUSE} shop.marts.fct_sessions TABLE web-analytics dbt
  session_id varchar < shop.core.int_sessions.session_id:IDENTITY
  visitor_hash varchar < shop.core.int_sessions.visitor_hash:IDENTITY
  converted boolean < shop.staging.stg_customers.email_hash:JOIN shop.core.int_sessions.visitor_hash:TRANSFORMATION
${WAREHOUSE} shop.exports.newsletter_recipients TABLE crm-team airflow
  email varchar !pii < shop.marts.fct_customer_orders.email:IDENTITY
  segment varchar < shop.marts.fct_customer_orders.revenue:CONDITIONAL shop.marts.fct_customer_orders.order_count:CONDITIONAL
${WAREHOUSE} shop.exports.finance_ledger TABLE finance airflow
  booking_date date < shop.staging.stg_payments.paid_at:TRANSFORMATION
  amount numeric(14,2) < shop.staging.stg_payments.amount:AGGREGATION
  currency varchar < shop.staging.stg_orders.currency:IDENTITY
${BI} sales_overview DASHBOARD bi-team looker
  revenue number < shop.marts.fct_orders.revenue:AGGREGATION
  orders number < shop.marts.fct_orders.order_id:AGGREGATION
  category string < shop.marts.fct_order_lines.category:IDENTITY
  country string < shop.marts.dim_customers.country:IDENTITY
${BI} customer_health DASHBOARD bi-team looker
  email string !pii < shop.marts.fct_customer_orders.email:IDENTITY
  revenue number < shop.marts.fct_customer_orders.revenue:IDENTITY
  age_band string < shop.marts.dim_customers.age_band:IDENTITY
${BI} delivery_times DASHBOARD logistics looker
  carrier string < shop.staging.stg_shipments.carrier:IDENTITY
  days_to_deliver number < shop.marts.fct_orders.days_to_deliver:AGGREGATION
${BI} web_funnel DASHBOARD web-analytics looker
  sessions number < shop.marts.fct_sessions.session_id:AGGREGATION
  conversion number < shop.marts.fct_sessions.converted:AGGREGATION
`;

const MASKED = 'MASK';
const INDIRECT = new Set(['JOIN', 'FILTER', 'GROUP_BY', 'SORT', 'WINDOW', 'CONDITIONAL']);
export const platformOf = (namespace) => namespace.split(':')[0];
export const INTEGRATION = { dbt: 'DBT', airflow: 'AIRFLOW', looker: 'LOOKER' };

function parseColumn(line) {
  const [left, right] = line.trim().split(' < ');
  const [name, type, ...flags] = left.split(' ');
  const sources = (right ?? '').split(' ').filter(Boolean).map(parseSource);
  return { name, type, pii: flags.includes('!pii'), sources };
}

function parseSource(text) {
  const at = text.lastIndexOf(':');
  const kind = text.slice(at + 1);
  return { path: text.slice(0, at), kind: kind === MASKED ? 'TRANSFORMATION' : kind, masking: kind === MASKED };
}

function parseTables(text) {
  const tables = [];
  for (const line of text.split('\n').filter((l) => l.trim())) {
    if (line.startsWith('  ')) tables.at(-1).columns.push(parseColumn(line));
    else {
      const [namespace, name, type, owner, tool] = line.split(' ');
      tables.push({ namespace, name, type, owner, tool, columns: [] });
    }
  }
  return tables;
}

/** The expression a query would hold for this column; made up, but shaped like the real thing. */
function expressionOf(column) {
  const refs = column.sources
    .filter((s) => !INDIRECT.has(s.kind))
    .map((s) => `${s.path.split('.').at(-2)}.${s.path.split('.').at(-1)}`);
  if (column.sources.some((s) => s.masking)) return `sha256(lower(${refs[0]}))`;
  if (column.sources.some((s) => s.kind === 'AGGREGATION')) return `sum(${refs.join(' * ')})`;
  if (column.sources.some((s) => s.kind === 'TRANSFORMATION')) return `coalesce(${refs.join(", ' ', ")})`;
  if (refs.length === 0) return "case when r.reason is null then 'kept' else 'returned' end";
  return refs[0];
}

function queryOf(table) {
  const spans = new Map();
  let text = `create or replace ${table.type === 'VIEW' ? 'view' : 'table'} ${table.name} as\nselect\n`;
  table.columns.forEach((column, i) => {
    const expression = expressionOf(column);
    text += '  ';
    spans.set(column.name, { start: text.length, end: text.length + expression.length, expression });
    text += `${expression} as ${column.name}${i < table.columns.length - 1 ? ',' : ''}\n`;
  });
  const sources = [
    ...new Set(table.columns.flatMap((c) => c.sources.map((s) => s.path.split('.').slice(0, -1).join('.')))),
  ];
  text += `from ${sources[0] ?? 'dual'}\n`;
  for (const s of sources.slice(1)) text += `left join ${s} using (id)\n`;
  return { text, spans };
}

const DESCRIPTIONS = {
  'shop.public.customers':
    'People who opened an account in the shop. One row per account; deleted accounts are kept for 30 days.',
  'shop.marts.fct_orders':
    'One row per order with the revenue that was really paid. The table to use for questions about revenue.',
  'shop.marts.dim_customers': 'Customers with their first order and lifetime revenue.',
  'shop.staging.stg_payments': 'Payments as the provider reported them, IBAN hashed.',
  'shop.public.payments': 'Every payment attempt that was booked.',
};

function hours(n) {
  return new Date(Date.UTC(2026, 10, 21, 6) - n * 3_600_000).toISOString();
}

function makeDatasets(tables) {
  return tables.map((t, i) => ({
    kind: 'DATASET',
    id: `d${i + 1}`,
    table: t,
    namespace: t.namespace,
    name: t.name,
    type: t.type,
    platform: platformOf(t.namespace),
    description: DESCRIPTIONS[t.name]
      ? [{ value: DESCRIPTIONS[t.name], origin: 'INGESTED', by: t.tool ?? 'crawler', at: hours(200) }]
      : [],
    owners: [{ name: t.owner, type: 'TEAM', origin: 'INGESTED' }],
    tags: t.columns.some((c) => c.pii) ? [{ key: 'pii', value: 'true', source: 'dbt', origin: 'INGESTED' }] : [],
  }));
}

function makeColumns(datasets) {
  return datasets.flatMap((d) =>
    d.table.columns.map((c, i) => ({
      kind: 'COLUMN',
      id: `${d.id}c${i + 1}`,
      dataset: d,
      namespace: d.namespace,
      name: c.name,
      path: c.name.split('.'),
      type: c.type,
      position: i + 1,
      sources: c.sources,
      description:
        c.name === 'revenue' ? [{ value: 'Money really paid, in the order’s currency.', origin: 'INGESTED' }] : [],
      tags: c.pii ? [{ key: 'pii', value: 'true', source: 'dbt', origin: 'INGESTED' }] : [],
    })),
  );
}

function makeJobs(datasets) {
  return datasets
    .filter((d) => d.table.tool)
    .map((d, i) => ({
      kind: 'JOB',
      id: `j${i + 1}`,
      namespace: d.table.tool === 'airflow' ? 'airflow' : d.table.tool,
      name: d.table.tool === 'airflow' ? `shop_exports.${d.name.split('.').at(-1)}` : d.name,
      integration: INTEGRATION[d.table.tool],
      jobType: d.table.tool === 'dbt' ? 'MODEL' : 'TASK',
      output: d,
      query: queryOf(d.table),
      owners: d.owners,
      tags: [],
      description: [],
    }));
}

/** Every edge, column to column and dataset to dataset, with the job that made it. */
function makeEdges(columns, jobs) {
  const byPath = new Map(columns.map((c) => [`${c.dataset.name}.${c.name}`, c]));
  const jobOf = new Map(jobs.map((j) => [j.output, j]));
  const edges = [];
  const feeds = new Map();
  for (const to of columns)
    for (const s of to.sources) {
      const from = byPath.get(s.path);
      if (!from) throw new Error(`${to.dataset.name}.${to.name}: no column ${s.path}`);
      const job = jobOf.get(to.dataset);
      edges.push({ id: `e${edges.length + 1}`, from, to, kind: s.kind, masking: s.masking, job });
      feeds.set(`${from.dataset.id}-${to.dataset.id}`, {
        from: from.dataset,
        to: to.dataset,
        kind: 'FEEDS',
        masking: false,
        job,
      });
    }
  let n = 0;
  for (const f of feeds.values()) edges.push({ id: `f${++n}`, ...f });
  return edges;
}

function makeRuns(jobs) {
  return jobs.flatMap((job, j) =>
    Array.from({ length: 6 }, (_, day) => {
      const failed = job.name.endsWith('finance_ledger') && day === 0;
      const start = hours(day * 24 + 2 - j / 60);
      return {
        kind: 'RUN',
        id: `r${j + 1}-${day}`,
        runId: `0193${String(j).padStart(4, '0')}-7b2e-7d00-8000-00000000000${day}`,
        job,
        state: failed ? 'FAILED' : 'COMPLETED',
        startedAt: start,
        endedAt: new Date(Date.parse(start) + (j + 3) * 1700).toISOString(),
        durationMs: (j + 3) * 1700,
        error: failed ? 'division by zero in column "amount": the ledger of 2026-11-20 holds no rate for CHF' : null,
        stackTrace: failed
          ? 'Traceback (most recent call last):\n  File "ledger.py", line 42, in run\n    book(rate[currency])\nZeroDivisionError: division by zero'
          : null,
      };
    }),
  );
}

export function makeEstate() {
  const datasets = makeDatasets(parseTables(TABLES));
  const columns = makeColumns(datasets);
  const jobs = makeJobs(datasets);
  const edges = makeEdges(columns, jobs);
  return { datasets, columns, jobs, edges, runs: makeRuns(jobs), revision: 128, at: hours(0) };
}

/** An estate in which nothing has happened yet. */
export function makeEmptyEstate() {
  return { datasets: [], columns: [], jobs: [], edges: [], runs: [], revision: 0, at: hours(0) };
}

/** Adds a table of many columns, as wide tables are where pages break. */
export function addWideTable(estate, count) {
  const columns = Array.from({ length: count }, (_, i) => ({
    name: `feature_${String(i + 1).padStart(4, '0')}`,
    type: 'double',
    pii: false,
    sources: [],
  }));
  const [wide] = makeDatasets([
    { namespace: WAREHOUSE, name: 'shop.ml.customer_features', type: 'TABLE', owner: 'data-science', columns },
  ]);
  wide.id = 'dwide';
  estate.datasets.push(wide);
  estate.columns.push(...makeColumns([wide]));
  return estate;
}

export { INDIRECT };

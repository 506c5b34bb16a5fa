// Answers for every field of schema.graphql over the made-up estate. Lists are small; nothing here is fast.
const page = (all, first = 50, after = null) => {
  const start = after ? Number(after) : 0;
  const nodes = all.slice(start, start + first);
  const end = start + nodes.length;
  return {
    totalCount: all.length,
    nodes,
    pageInfo: { hasNextPage: end < all.length, endCursor: nodes.length ? String(end) : null },
  };
};

const shown = (texts) => texts.find((t) => t.origin === 'AUTHORED') ?? texts[0] ?? null;

export function makeResolvers(estate) {
  const byId = new Map([...estate.datasets, ...estate.columns, ...estate.jobs, ...estate.runs].map((n) => [n.id, n]));
  const revision = () => ({ number: estate.revision, at: estate.at });
  const into = (node) => estate.edges.filter((e) => e.to === node);
  const outOf = (node) => estate.edges.filter((e) => e.from === node);
  const runsOf = (jobs) =>
    estate.runs.filter((r) => jobs.includes(r.job)).sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  const producers = (d) => estate.jobs.filter((j) => j.output === d);
  const consumers = (d) => [...new Set(outOf(d).map((e) => e.job))];

  const lineageNode = (node, hop, inside) => ({
    id: node.id,
    kind: node.kind,
    namespace: node.namespace,
    name: node.name,
    hop,
    parent: node.dataset?.id ?? null,
    dataset: node.dataset?.name ?? null,
    platform: (node.dataset ?? node).platform ?? null,
    type: node.type,
    tags: node.tags.map((t) => t.key),
    columnCount: node.kind === 'DATASET' ? node.table.columns.length : 0,
    hiddenUp: new Set(
      into(node)
        .filter((e) => !inside.has(e.from))
        .map((e) => e.from),
    ).size,
    hiddenDown: new Set(
      outOf(node)
        .filter((e) => !inside.has(e.to))
        .map((e) => e.to),
    ).size,
    latestRunState: node.kind === 'DATASET' ? (runsOf(producers(node))[0]?.state ?? null) : null,
  });
  const lineageEdge = (e) => ({
    id: e.id,
    from: e.from.id,
    to: e.to.id,
    kind: e.kind,
    masking: e.masking,
    job: e.job?.id ?? null,
  });

  function walk(start, direction, depth, kinds, limit) {
    const hops = new Map([[start, 0]]);
    const reasons = [];
    const wanted = (e) => !kinds || kinds.includes(e.kind);
    for (const sign of direction === 'BOTH' ? [-1, 1] : [direction === 'UPSTREAM' ? -1 : 1]) {
      let front = [start];
      for (let d = 1; d <= depth && front.length; d++) {
        const next = front.flatMap((n) =>
          sign < 0
            ? into(n)
                .filter(wanted)
                .map((e) => e.from)
            : outOf(n)
                .filter(wanted)
                .map((e) => e.to),
        );
        front = [...new Set(next)].filter((n) => !hops.has(n));
        if (hops.size + front.length > limit) {
          reasons.push({ code: 'NODE_LIMIT', message: `stopped at ${limit} nodes`, count: front.length });
          front = front.slice(0, Math.max(0, limit - hops.size));
        }
        for (const n of front) hops.set(n, sign * d);
      }
    }
    return { hops, reasons, edges: estate.edges.filter((e) => hops.has(e.from) && hops.has(e.to) && wanted(e)) };
  }

  function lineage({ id, direction, depth, kinds, limit }) {
    const start = byId.get(id);
    if (!start)
      throw Object.assign(new Error(`\`id\`: expected a known node, found "${id}"`), {
        extensions: { code: 'NOT_FOUND' },
      });
    const { hops, reasons, edges } = walk(start, direction, depth, kinds, limit);
    const nodes = [...hops].map(([n, hop]) => lineageNode(n, hop, hops));
    return {
      revision: revision(),
      complete: reasons.length === 0,
      reasons,
      focus: id,
      nodes,
      edges: edges.map(lineageEdge),
    };
  }

  const hitOf = (node, matches = [], score = 1) => ({
    id: node.id,
    kind: node.kind,
    namespace: node.namespace,
    name: node.name,
    dataset: node.dataset?.name ?? null,
    platform: (node.dataset ?? node).platform ?? null,
    description: shown(node.description)?.value ?? null,
    owners: (node.owners ?? node.dataset?.owners ?? []).map((o) => o.name),
    tags: node.tags.map((t) => t.key),
    matches,
    score,
  });

  function matchesOf(node, words) {
    const fields = [
      ['name', node.name],
      ['description', shown(node.description)?.value ?? ''],
      ['columns', (node.table?.columns ?? []).map((c) => c.name).join(', ')],
      ['owners', (node.owners ?? []).map((o) => o.name).join(', ')],
    ];
    const found = fields.filter(([, text]) => words.some((w) => text.toLowerCase().includes(w)));
    return found.map(([field, text]) => ({ field, snippet: snippet(text, words) }));
  }

  function snippet(text, words) {
    const pattern = new RegExp(words.map((w) => w.replace(/[^\w]/g, '\\$&')).join('|'), 'gi');
    const first = text.search(pattern);
    const from = Math.max(0, first - 40);
    const cut = text.slice(from, first + 90);
    return (from ? '…' : '') + cut.replace(pattern, '«$&»') + (first + 90 < text.length ? '…' : '');
  }

  const facetOf = {
    kind: (h) => [h.kind],
    platform: (h) => [h.platform],
    namespace: (h) => [h.namespace],
    owner: (h) => h.owners,
    tag: (h) => h.tags,
    domain: () => [],
  };
  const filterOf = {
    kind: 'kinds',
    platform: 'platforms',
    namespace: 'namespaces',
    owner: 'owners',
    tag: 'tags',
    domain: 'domains',
  };

  const keeps = (hit, filter, except) =>
    Object.entries(facetOf).every(([field, of]) => {
      const wanted = filter?.[filterOf[field]];
      return field === except || !wanted?.length || of(hit).some((v) => wanted.includes(v));
    });

  function countsOf(field, hits, filter) {
    const counts = new Map();
    for (const h of hits.filter((x) => keeps(x, filter, field)))
      for (const v of facetOf[field](h)) if (v) counts.set(v, (counts.get(v) ?? 0) + 1);
    return {
      field,
      values: [...counts]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value)),
    };
  }

  function findAll(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return [...estate.datasets, ...estate.columns, ...estate.jobs]
      .map((n) => ({ n, m: words.length ? matchesOf(n, words) : [] }))
      .filter(({ m }) => !words.length || m.length)
      .map(({ n, m }) =>
        hitOf(
          n,
          m,
          (m[0]?.field === 'name' ? 4 : 1) +
            (n.kind === 'DATASET' ? 2 : 0) +
            (n.name.split('.').at(-1) === text ? 8 : 0),
        ),
      )
      .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name));
  }

  function search({ text, filter, first, after }) {
    const all = findAll(text);
    const { nodes, totalCount, pageInfo } = page(
      all.filter((h) => keeps(h, filter)),
      first,
      after,
    );
    return {
      totalCount,
      revision: estate.revision,
      hits: nodes,
      facets: Object.keys(facetOf).map((f) => countsOf(f, all, filter)),
      pageInfo,
    };
  }

  const wrap = (node) => (node ? decorate(node) : null);
  function decorate(node) {
    const common = { __typename: { DATASET: 'Dataset', COLUMN: 'Column', JOB: 'Job', RUN: 'Run' }[node.kind], ...node };
    if (node.kind === 'DATASET') return { ...common, ...datasetFields(node) };
    if (node.kind === 'COLUMN') return { ...common, ...columnFields(node) };
    if (node.kind === 'JOB') return { ...common, ...jobFields(node) };
    return { ...common, ...runFields(node) };
  }

  const columnFields = (c) => ({
    declared: true,
    description: shown(c.description),
    dataset: () => wrap(c.dataset),
    upstreamCount: into(c).length,
    downstreamCount: outOf(c).length,
  });

  const datasetFields = (d) => ({
    reportedAs: [{ namespace: d.namespace, name: d.name }],
    description: shown(d.description),
    descriptions: d.description,
    source: { name: d.namespace, uri: d.namespace },
    lifecycle: null,
    dropped: false,
    columnCount: d.table.columns.length,
    columns: ({ first, after, match }) => {
      const got = page(
        estate.columns.filter((c) => c.dataset === d && (!match || c.name.includes(match.toLowerCase()))),
        first,
        after,
      );
      return { ...got, nodes: got.nodes.map(wrap) };
    },
    upstreamCount: into(d).length,
    downstreamCount: outOf(d).length,
    producers: () => producers(d).map(wrap),
    consumers: () => consumers(d).map(wrap),
    runs: ({ first, after }) => runPage(runsOf([...producers(d), ...consumers(d)]), first, after),
    statistics:
      d.table.tool === 'dbt'
        ? [
            {
              name: 'rowCount',
              value: 48210 + d.name.length * 731,
              run: runsOf(producers(d))[0]?.id,
              at: estate.at,
              direction: 'OUTPUT',
            },
            { name: 'size', value: 18_450_000, run: runsOf(producers(d))[0]?.id, at: estate.at, direction: 'OUTPUT' },
          ]
        : [],
    assertions:
      d.table.tool === 'dbt'
        ? d.table.columns.slice(0, 2).map((c, i) => ({
            assertion: i ? 'not_null' : 'unique',
            column: c.name,
            success: !(d.name.endsWith('fct_orders') && i === 1),
            severity: 'error',
            run: runsOf(producers(d))[0]?.id,
            at: estate.at,
          }))
        : [],
    facets: [
      { name: 'schema', value: { fields: d.table.columns.map((c) => ({ name: c.name, type: c.type })) } },
      { name: 'dataSource', value: { name: d.namespace, uri: d.namespace } },
    ],
    since: { number: 7, at: estate.at },
    history: () => [
      { revision: { number: 96, at: estate.at }, until: null, changed: ['schema', 'documentation'] },
      {
        revision: { number: 7, at: '2026-11-15T06:00:00Z' },
        until: { number: 96, at: estate.at },
        changed: ['created'],
      },
    ],
  });

  const runPage = (all, first, after) => {
    const got = page(all, first, after);
    return { ...got, nodes: got.nodes.map(wrap) };
  };

  const jobFields = (j) => ({
    processingType: 'BATCH',
    description: shown(j.description),
    query: { text: j.query.text, dialect: 'snowflake' },
    faults: [],
    sourceCode: null,
    sourceLocation: `https://git.shop.example/warehouse/models/${j.name}.sql`,
    parent: null,
    inputs: () =>
      [...new Set(estate.edges.filter((e) => e.job === j && e.kind === 'FEEDS').map((e) => e.from))].map(wrap),
    outputs: () => [wrap(j.output)],
    latestRun: () => wrap(runsOf([j])[0]),
    runs: ({ first, after }) => runPage(runsOf([j]), first, after),
    facets: [{ name: 'jobType', value: { processingType: 'BATCH', integration: j.integration, jobType: j.jobType } }],
    since: { number: 5, at: estate.at },
    history: () => [{ revision: { number: 5, at: estate.at }, until: null, changed: ['created'] }],
  });

  const runFields = (r) => ({
    job: () => wrap(r.job),
    nominalStart: r.startedAt,
    nominalEnd: r.endedAt,
    parentRunId: null,
    parentJob: null,
    inputs: () => jobFields(r.job).inputs(),
    outputs: () => jobFields(r.job).outputs(),
    events: [
      { type: 'START', at: r.startedAt },
      { type: r.state === 'FAILED' ? 'FAIL' : 'COMPLETE', at: r.endedAt },
    ],
    facets: [
      { name: 'processing_engine', value: { name: r.job.integration, version: '1.9.1' } },
      ...(r.error ? [{ name: 'errorMessage', value: { message: r.error, programmingLanguage: 'python' } }] : []),
    ],
  });

  function edge({ id }) {
    const e = estate.edges.find((x) => x.id === id);
    if (!e) return null;
    const span = e.to.kind === 'COLUMN' ? e.job?.query.spans.get(e.to.name) : null;
    const both = new Set([e.from, e.to]);
    return {
      ...lineageEdge(e),
      from: lineageNode(e.from, 0, both),
      to: lineageNode(e.to, 1, both),
      job: wrap(e.job),
      source: 'SQL',
      query: e.job ? { text: e.job.query.text, dialect: 'snowflake' } : null,
      expression: span?.expression ?? null,
      spanStart: span?.start ?? null,
      spanEnd: span?.end ?? null,
      firstSeen: '2026-11-15T06:00:00Z',
      lastSeen: estate.at,
      runCount: 6,
      lastRun: () => wrap(runsOf([e.job])[0]),
      since: { number: 12, at: '2026-11-15T06:00:00Z' },
    };
  }

  function change(id, act) {
    const node = byId.get(id);
    act(node);
    estate.revision += 1;
    return { revision: estate.revision, node: wrap(node) };
  }
  const without = (list, key, value) => list.filter((x) => !(x.origin === 'AUTHORED' && x[key] === value));

  return {
    search,
    suggest: ({ text, first }) => findAll(text).slice(0, first),
    dataset: ({ namespace, name }) => wrap(estate.datasets.find((d) => d.namespace === namespace && d.name === name)),
    column: ({ namespace, dataset, path }) =>
      wrap(estate.columns.find((c) => c.namespace === namespace && c.dataset.name === dataset && c.name === path)),
    job: ({ namespace, name }) => wrap(estate.jobs.find((j) => j.namespace === namespace && j.name === name)),
    run: ({ id }) => wrap(estate.runs.find((r) => r.id === id)),
    node: ({ id }) => wrap(byId.get(id)),
    nodes: ({ ids }) => ids.map((id) => wrap(byId.get(id))),
    lineage,
    edge,
    recentRuns: ({ first, state }) =>
      [...estate.runs]
        .filter((r) => !state || r.state === state)
        .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
        .slice(0, first)
        .map(wrap),
    rejectedEvents: ({ first, after }) => page(estate.datasets.length ? REJECTED : [], first, after),
    estate: () => ({
      revision: revision(),
      datasets: estate.datasets.length,
      columns: estate.columns.length,
      jobs: estate.jobs.length,
      runs: estate.runs.length,
      edges: estate.edges.length,
      events: estate.runs.length * 2,
      rejected: estate.datasets.length ? REJECTED.length : 0,
      namespaces: [...new Set([...estate.datasets, ...estate.jobs].map((d) => d.namespace))].map((name) => ({
        name,
        platform: name.split(':')[0],
        datasets: estate.datasets.filter((d) => d.namespace === name).length,
        jobs: estate.jobs.filter((j) => j.namespace === name).length,
      })),
    }),
    setDescription: ({ id, text }) =>
      change(id, (n) => {
        n.description = [
          ...(text ? [{ value: text, origin: 'AUTHORED', by: 'you', at: new Date().toISOString() }] : []),
          ...n.description.filter((d) => d.origin === 'INGESTED'),
        ];
      }),
    addOwner: ({ id, owner, type }) =>
      change(id, (n) => {
        n.owners = [...n.owners, { name: owner, type: type ?? null, origin: 'AUTHORED' }];
      }),
    removeOwner: ({ id, owner }) =>
      change(id, (n) => {
        n.owners = without(n.owners, 'name', owner);
      }),
    addTag: ({ id, key, value }) =>
      change(id, (n) => {
        n.tags = [...n.tags, { key, value: value ?? '', source: null, origin: 'AUTHORED' }];
      }),
    removeTag: ({ id, key }) =>
      change(id, (n) => {
        n.tags = without(n.tags, 'key', key);
      }),
  };
}

const REJECTED = [
  {
    id: 'x1',
    receivedAt: '2026-11-21T05:12:44Z',
    accepted: false,
    code: 'INVALID_EVENT',
    path: '$.job.namespace',
    message: '`$.job.namespace`: expected a string, found null',
    body: '{"eventType":"START","job":{"namespace":null,"name":"nightly"}}',
  },
  {
    id: 'x2',
    receivedAt: '2026-11-20T22:01:03Z',
    accepted: true,
    code: 'TOLERATED',
    path: '$.run.runId',
    message: '`$.run.runId`: expected a UUID, found "manual-1"; kept as it is',
    body: '{"eventType":"COMPLETE","run":{"runId":"manual-1"}}',
  },
];

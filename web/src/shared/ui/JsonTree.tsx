interface Props {
  name: string;
  value: unknown;
  open?: boolean;
}

/** Any JSON as a tree that folds; keyboard and screen readers get the browser's own disclosure widget. */
export function JsonTree({ name, value, open = false }: Props) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-leaf">
        <span className="json-key">{name}</span>
        <span className={`json-${value === null ? 'null' : typeof value}`}>{leaf(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  return (
    <details className="json" open={open}>
      <summary>
        <span className="json-key">{name}</span>
        <span className="json-size">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      {entries.map(([key, child]) => (
        <JsonTree key={key} name={key} value={child} open={entries.length < 8} />
      ))}
    </details>
  );
}

function leaf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

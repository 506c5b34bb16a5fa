/** What a URL's search part holds before a route has said what it expects. */
export type RawSearch = Record<string, unknown>;

/** `?a=1&b=x&b=y` as text and lists of text. Unlike the router's own format nothing is JSON, so links stay legible. */
export function parseSearch(search: string): RawSearch {
  const out: RawSearch = {};
  for (const [key, value] of new URLSearchParams(search)) {
    const before = out[key];
    if (before === undefined) out[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else out[key] = [before, value];
  }
  return out;
}

/** The inverse of `parseSearch`; `undefined`, `false`, `''` and empty lists leave no trace, `true` is written `1`. */
export function stringifySearch(search: RawSearch): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined || one === null || one === false || one === '') continue;
      out.append(key, one === true ? '1' : String(one));
    }
  }
  const text = out.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text ? `?${text}` : '';
}

export function text(value: unknown): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return String(one);
  return typeof one === 'string' && one !== '' ? one : undefined;
}

export function list(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === 'string' && v !== '');
  return all.length > 0 ? all : undefined;
}

/** A whole number within the bounds, or nothing when the URL holds none. */
export function count(value: unknown, max: number): number | undefined {
  const number = Number(text(value));
  return text(value) !== undefined && Number.isInteger(number) && number >= 0 ? Math.min(number, max) : undefined;
}

export function flag(value: unknown): true | undefined {
  return value === true || text(value) === '1' ? true : undefined;
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((a) => a === text(value));
}

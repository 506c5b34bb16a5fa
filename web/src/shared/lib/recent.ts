const KEY = 'headwater.recent';
const KEEP = 8;

export interface Recent {
  kind: 'DATASET' | 'JOB';
  namespace: string;
  name: string;
}

/** What was opened last on this machine, newest first. */
export function recents(): Recent[] {
  try {
    const held: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(held) ? held.filter(isRecent) : [];
  } catch {
    return [];
  }
}

export function remember(one: Recent): void {
  const others = recents().filter((r) => r.kind !== one.kind || r.namespace !== one.namespace || r.name !== one.name);
  localStorage.setItem(KEY, JSON.stringify([one, ...others].slice(0, KEEP)));
}

function isRecent(value: unknown): value is Recent {
  const one = value as Recent | null;
  return (
    typeof one?.namespace === 'string' && typeof one.name === 'string' && (one.kind === 'DATASET' || one.kind === 'JOB')
  );
}

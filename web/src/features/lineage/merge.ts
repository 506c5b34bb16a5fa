import type { Around, Link, Place } from './model';

/** One answer of the server: nodes, the links between them, and per node how many neighbours it left out. */
export interface Part {
  places: Place[];
  links: Link[];
}

export interface Bounds {
  up: number;
  down: number;
}

/**
 * Joins the answer around the focus, cut to the hops asked for, with the answers that grew single boxes.
 * What each box hides is counted afresh against the joined picture.
 */
export function mergeParts(focus: string, base: Part, bounds: Bounds, grown: Part[]): Around {
  const totals = countNeighbours([base, ...grown]);
  const places = new Map<string, Place>();
  for (const place of base.places) {
    if (place.hop >= -bounds.up && place.hop <= bounds.down) places.set(place.id, place);
  }
  for (const part of grown) addGrown(places, part);
  const links = new Map<string, Link>();
  for (const link of [base, ...grown].flatMap((part) => part.links)) {
    if (places.has(link.from) && places.has(link.to)) links.set(link.id, link);
  }
  const shown = degrees([...links.values()]);
  return { focus, links: [...links.values()], places: [...places.values()].map((p) => withHidden(p, totals, shown)) };
}

/** A grown part counts its hops from the box it grew; they are moved to where that box stands. */
function addGrown(places: Map<string, Place>, part: Part): void {
  const root = part.places.find((p) => p.hop === 0);
  const at = root && places.get(root.id);
  if (!at) return;
  for (const place of part.places) {
    if (!places.has(place.id)) places.set(place.id, { ...place, hop: at.hop + place.hop });
  }
}

interface Degrees {
  up: Map<string, Set<string>>;
  down: Map<string, Set<string>>;
}

function degrees(links: Link[]): Degrees {
  const up = new Map<string, Set<string>>();
  const down = new Map<string, Set<string>>();
  for (const { from, to } of links) {
    up.set(to, (up.get(to) ?? new Set()).add(from));
    down.set(from, (down.get(from) ?? new Set()).add(to));
  }
  return { up, down };
}

interface Totals {
  up: Map<string, number>;
  down: Map<string, number>;
}

/** Neighbours in the whole graph: those an answer shows and those it says it left out; the answer that knows most holds. */
function countNeighbours(parts: Part[]): Totals {
  const totals: Totals = { up: new Map(), down: new Map() };
  for (const part of parts) {
    const shown = degrees(part.links);
    for (const place of part.places) {
      raise(totals.up, place.id, place.hiddenUp + (shown.up.get(place.id)?.size ?? 0));
      raise(totals.down, place.id, place.hiddenDown + (shown.down.get(place.id)?.size ?? 0));
    }
  }
  return totals;
}

function raise(counts: Map<string, number>, id: string, value: number): void {
  counts.set(id, Math.max(counts.get(id) ?? 0, value));
}

function withHidden(place: Place, totals: Totals, shown: Degrees): Place {
  const hidden = (total: number | undefined, seen: Set<string> | undefined) =>
    Math.max(0, (total ?? 0) - (seen?.size ?? 0));
  return {
    ...place,
    hiddenUp: hidden(totals.up.get(place.id), shown.up.get(place.id)),
    hiddenDown: hidden(totals.down.get(place.id), shown.down.get(place.id)),
  };
}

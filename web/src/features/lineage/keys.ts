import type { Box, Picture } from './picture';

export type Step = 'left' | 'right' | 'up' | 'down';

/** The box that an arrow key leads to: along the links to the side, within the same layer up and down. */
export function neighbour(picture: Picture, id: string, step: Step): string | null {
  const here = picture.boxes.find((b) => b.id === id);
  if (!here) return picture.focus;
  switch (step) {
    case 'left':
      return nearest(
        picture,
        here,
        picture.lines.filter((l) => l.to === id).map((l) => l.from),
      );
    case 'right':
      return nearest(
        picture,
        here,
        picture.lines.filter((l) => l.from === id).map((l) => l.to),
      );
    case 'up':
      return within(picture, here, -1);
    case 'down':
      return within(picture, here, 1);
  }
}

/** What the picture holds on each side of a box, for the live region. */
export function describe(picture: Picture, box: Box, isPersonal: boolean): string {
  const up = new Set(picture.lines.filter((l) => l.to === box.id).map((l) => l.from)).size;
  const down = new Set(picture.lines.filter((l) => l.from === box.id).map((l) => l.to)).size;
  const hidden = box.hiddenUp + box.hiddenDown;
  const parts = [box.name, box.namespace, `${up} upstream`, `${down} downstream`];
  if (hidden > 0) parts.push(`${hidden} more not shown`);
  if (isPersonal) parts.push('personal data');
  return parts.join(', ');
}

function nearest(picture: Picture, here: Box, ids: string[]): string | null {
  const wanted = new Set(ids);
  const found = picture.boxes.filter((b) => wanted.has(b.id));
  return found.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0]?.id ?? null;
}

function within(picture: Picture, here: Box, by: 1 | -1): string | null {
  const layer = picture.boxes.filter((b) => Math.abs(b.x - here.x) < 1).sort((a, b) => a.y - b.y);
  return layer[layer.findIndex((b) => b.id === here.id) + by]?.id ?? null;
}

import { type RefObject, useMemo, useRef } from 'react';
import type { Actions } from './actions';
import type { LineageParams } from './params';

interface Context {
  focus: string | undefined;
  params: LineageParams;
  open: ReadonlySet<string>;
  onParams: (change: Partial<LineageParams>) => void;
  onFocus: (id: string) => void;
  onSelect: (id: string | null) => void;
  showAll: (id: string) => void;
  held: RefObject<string | null>;
}

/** What a person does, as changes of the URL. The object stays the same, so the boxes are not drawn again for it. */
export function useActions(context: Context): Actions {
  const now = useRef(context);
  now.current = context;
  return useMemo((): Actions => {
    const hold = (id: string) => {
      now.current.held.current = id;
    };
    return {
      select: (id) => {
        now.current.onSelect(id);
        now.current.onParams({ edge: undefined });
      },
      focus: (id) => {
        hold(id);
        now.current.onSelect(null);
        now.current.onFocus(id);
      },
      toggle: (id) => {
        hold(id);
        now.current.onParams({ open: toggledOpen(now.current, id) });
      },
      trace: (column) => {
        const ends = now.current.params.column === column;
        now.current.onSelect(null);
        now.current.onParams({
          column: ends ? undefined : column,
          only: ends ? undefined : now.current.params.only,
          edge: undefined,
        });
      },
      showAll: (id) => {
        hold(id);
        now.current.showAll(id);
      },
      grow: (id, side) => {
        hold(id);
        const entry = `${side === 'up' ? 'u' : 'd'}:${id}`;
        now.current.onParams({ grow: [...new Set([...(now.current.params.grow ?? []), entry])] });
      },
      showEdge: (id) => now.current.onParams({ edge: id ?? undefined }),
    };
  }, []);
}

/** The list of open boxes with one switched; the focus is open by default, so its closing is what is written. */
function toggledOpen({ open, params, focus }: Context, id: string): string[] | undefined {
  const rest = (params.open ?? []).filter((entry) => entry !== id && entry !== `-${id}`);
  const isOpen = open.has(id);
  if (id === focus && isOpen) rest.push(`-${id}`);
  if (id !== focus && !isOpen) rest.push(id);
  return rest.length > 0 ? rest : undefined;
}

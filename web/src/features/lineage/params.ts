import { count, flag, list, oneOf, type RawSearch, text } from '~/shared/lib/params';

/** The state of a lineage view; every field is in the URL, so the same link draws the same picture. */
export interface LineageParams {
  /** hops upstream and downstream of the focus */
  up?: number;
  down?: number;
  /** the traced column */
  column?: string;
  /** only the trace's tables, each with only the trace's columns */
  only?: true;
  /** also links by which only rows or order depend, not values */
  indirect?: true;
  /** the link whose making is shown */
  edge?: string;
  view?: 'list';
  /** boxes whose columns are open, beside the focus; `-id` closes the focus's own */
  open?: string[];
  /** boxes grown by their hidden neighbours: `u:id` or `d:id` */
  grow?: string[];
}

export interface LineageSearch extends LineageParams {
  focus?: string;
}

export const MAX_HOPS = 20;

export function lineageSearch(raw: RawSearch): LineageSearch {
  return {
    focus: text(raw.focus),
    up: count(raw.up, MAX_HOPS),
    down: count(raw.down, MAX_HOPS),
    column: text(raw.column),
    only: flag(raw.only),
    indirect: flag(raw.indirect),
    edge: text(raw.edge),
    view: oneOf(raw.view, ['list']),
    open: list(raw.open),
    grow: list(raw.grow),
  };
}

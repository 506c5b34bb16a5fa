import { count, flag, list, oneOf, type RawSearch, text } from '~/shared/lib/params';

export const TABS = ['overview', 'columns', 'lineage', 'runs', 'history'] as const;
export type Tab = (typeof TABS)[number];

/** Which dataset, which tab, what its columns are narrowed to, and the state of the lineage tab. */
export interface DatasetParams {
  namespace: string;
  name: string;
  tab?: Tab;
  match?: string;
  up?: number;
  down?: number;
  column?: string;
  only?: true;
  indirect?: true;
  edge?: string;
  view?: 'list';
  open?: string[];
  grow?: string[];
}

export function datasetSearch(raw: RawSearch): DatasetParams {
  return {
    namespace: text(raw.namespace) ?? '',
    name: text(raw.name) ?? '',
    tab: oneOf(raw.tab, TABS),
    match: text(raw.match),
    up: count(raw.up, 20),
    down: count(raw.down, 20),
    column: text(raw.column),
    only: flag(raw.only),
    indirect: flag(raw.indirect),
    edge: text(raw.edge),
    view: oneOf(raw.view, ['list']),
    open: list(raw.open),
    grow: list(raw.grow),
  };
}

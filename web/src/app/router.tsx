import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/react-router';
import { datasetSearch } from '~/features/dataset/params';
import { HomePage } from '~/features/home/HomePage';
import { lineageSearch } from '~/features/lineage/params';
import { runsSearch } from '~/features/run/params';
import { searchSearch } from '~/features/search/params';
import { parseSearch, type RawSearch, stringifySearch, text } from '~/shared/lib/params';
import { Crash, Lost } from './Lost';
import { Shell } from './Shell';

const named = (raw: RawSearch) => ({ namespace: text(raw.namespace) ?? '', name: text(raw.name) ?? '' });

const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Crash });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });
const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: searchSearch,
  component: lazyRouteComponent(() => import('~/features/search/SearchPage'), 'SearchPage'),
});
const dataset = createRoute({
  getParentRoute: () => root,
  path: '/dataset',
  validateSearch: datasetSearch,
  component: lazyRouteComponent(() => import('./DatasetRoute'), 'DatasetRoute'),
});
const lineage = createRoute({
  getParentRoute: () => root,
  path: '/lineage',
  validateSearch: lineageSearch,
  component: lazyRouteComponent(() => import('~/features/lineage/LineagePage'), 'LineagePage'),
});
const job = createRoute({
  getParentRoute: () => root,
  path: '/job',
  validateSearch: named,
  component: lazyRouteComponent(() => import('~/features/job/JobPage'), 'JobPage'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/run/$id',
  component: lazyRouteComponent(() => import('~/features/run/RunPage'), 'RunPage'),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import('~/features/run/RunsPage'), 'RunsPage'),
});
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  component: lazyRouteComponent(() => import('~/features/events/EventsPage'), 'EventsPage'),
});
const explorer = createRoute({
  getParentRoute: () => root,
  path: '/graphql/ide',
  component: lazyRouteComponent(() => import('~/features/explorer/ExplorerPage'), 'ExplorerPage'),
});

const routeTree = root.addChildren([home, search, dataset, lineage, job, run, runs, events, explorer]);

/** All pages, over the browser's history or one given. */
export function makeRouter(history?: RouterHistory) {
  return createRouter({ routeTree, parseSearch, stringifySearch, scrollRestoration: true, history });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

import { getRouteApi } from '@tanstack/react-router';
import { DatasetPage } from '~/features/dataset/DatasetPage';
import { LineageView } from '~/features/lineage/LineageView';
import type { LineageParams } from '~/features/lineage/params';

const route = getRouteApi('/dataset');

/** The dataset page with the lineage view as one of its tabs; the two features do not know each other. */
export function DatasetRoute() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setLineage = (change: Partial<LineageParams>) =>
    navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const openLineage = (focus: string) => navigate({ to: '/lineage', search: { focus } });
  return (
    <DatasetPage
      key={`${search.namespace} ${search.name}`}
      search={search}
      onSearch={(change) => navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
      lineage={(id) => <LineageView focus={id} params={search} onParams={setLineage} onFocus={openLineage} />}
    />
  );
}

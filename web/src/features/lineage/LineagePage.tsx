import { getRouteApi } from '@tanstack/react-router';
import { useTitle } from '~/shared/lib/hooks';
import { LineageView } from './LineageView';

const route = getRouteApi('/lineage');

/** The lineage view on a page of its own, with the focus in the URL. */
export function LineagePage() {
  const { focus, ...params } = route.useSearch();
  const navigate = route.useNavigate();
  useTitle('Lineage');
  return (
    <LineageView
      isPage
      focus={focus}
      params={params}
      onParams={(change) => navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
      onFocus={(id) =>
        navigate({ search: ({ up, down, view, indirect }) => ({ focus: id, up, down, view, indirect }) })
      }
    />
  );
}

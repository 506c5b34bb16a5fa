import { createSpotlight } from '@mantine/spotlight';

const [store, palette] = createSpotlight();

/** Opens and closes the palette from anywhere. */
export { palette, store as paletteStore };

/** Marks the first choice. The kit does so when the text changes, but answers come later than that. */
export function selectFirst(): void {
  const list = document.getElementById(store.getState().listId);
  list?.querySelector('[data-selected]')?.removeAttribute('data-selected');
  list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
  store.updateState((state) => ({ ...state, selected: 0 }));
}

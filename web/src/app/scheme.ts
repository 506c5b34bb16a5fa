import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';

/** Light or dark: what was chosen here and remembered, else what the system says. */
export function useScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  return {
    dark,
    toggle: () => setColorScheme(dark ? 'light' : 'dark'),
    followSystem: () => setColorScheme('auto'),
  };
}

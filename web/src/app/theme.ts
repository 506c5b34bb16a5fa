import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Helvetica, Arial, sans-serif';

/** From text to the deepest background; the kit takes borders and fields from between. */
const DARK: MantineColorsTuple = [
  '#e8ecf2',
  '#c9d1dc',
  '#a9b3c1',
  '#7d8897',
  '#3a4353',
  '#2f3744',
  '#242b36',
  '#1a1f27',
  '#161b22',
  '#12161c',
];

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  colors: { dark: DARK },
  defaultRadius: 'sm',
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, "Liberation Mono", monospace',
  headings: { fontFamily: FONT },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
});

/** The kit's own dimmed text is too faint in the dark for WCAG AA; these two are not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#515c6b',
    '--mantine-color-anchor': '#1a56c4',
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1b2430',
    '--mantine-color-default-color': '#1b2430',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b3c1',
    '--mantine-color-anchor': '#8ab8ff',
    '--mantine-color-placeholder': '#9aa5b5',
    '--mantine-color-body': '#1a1f27',
    '--mantine-color-text': '#e8ecf2',
    '--mantine-color-default': '#242b36',
    '--mantine-color-default-border': '#3a4353',
  },
});

/** The colours of the canvas. They are read from the style sheet, so there is one place that says what they are. */
export interface Palette {
  bg: string;
  card: string;
  line: string;
  text: string;
  dim: string;
  edge: string;
  hi: string;
  pii: string;
  sel: string;
  platforms: string[];
  font: string;
  mono: string;
}

const PLATFORMS = 6;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--hw-${name}`).trim();
  return {
    bg: colour('bg'),
    card: colour('card'),
    line: colour('line'),
    text: colour('text'),
    dim: colour('dim'),
    edge: colour('edge'),
    hi: colour('hi'),
    pii: colour('pii'),
    sel: colour('sel'),
    platforms: Array.from({ length: PLATFORMS }, (_, i) => colour(`p${i}`)),
    font: style.getPropertyValue('--mantine-font-family').trim(),
    mono: style.getPropertyValue('--mantine-font-family-monospace').trim(),
  };
}

/** Which of the platform colours a platform has in this picture. */
export function platformIndex(platforms: readonly string[], platform: string): number {
  return Math.max(0, platforms.indexOf(platform)) % PLATFORMS;
}

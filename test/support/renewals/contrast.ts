const linearizeChannel = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

/**
 * Returns the red, green and blue channels, from 0 to 255, of a colour such as `#1f2328` or `rgb(31, 35, 40)`, the form
 * that browsers return.
 */
const parseChannels = (colour: string): readonly number[] =>
  colour.startsWith("#")
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (colour.match(/[\d.]+/g) ?? []).map(Number);

const computeLuminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = parseChannels(colour).map((value) => linearizeChannel(value / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** Returns the contrast ratio of two colours, from 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export const computeContrast = (one: string, other: string): number => {
  const [darker = 0, lighter = 0] = [computeLuminance(one), computeLuminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
};

/** The minimum contrast that people with low vision can read, according to WCAG. */
export const MIN_CONTRAST = 4.5;

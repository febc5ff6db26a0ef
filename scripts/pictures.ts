import { plainTextWidth } from "../src/lib/terminal/word-width.ts";

/** Size of a character cell of a terminal in a picture, in pixels. A wide character has two cells. */
const CELL = { width: 8, height: 19 };
const MARGIN = 14;

/** Colours for light and for dark pages. */
const STYLE = `<style>
    :root { --page: #ffffff; --line: #d0d7de; --ink: #1f2328; --quiet: #59636e; --box: #f6f8fa; --mark: #0969da; }
    @media (prefers-color-scheme: dark) {
      :root { --page: #0d1117; --line: #3d444d; --ink: #f0f6fc; --quiet: #9198a1; --box: #151b23; --mark: #4493f8; }
    }
    rect { fill: var(--page); stroke: var(--line); }
    text { fill: var(--ink); font: 14px ui-monospace, Menlo, Consolas, "Noto Sans Mono CJK JP", "MS Gothic", monospace; }
    .typed { fill: var(--mark); font-weight: bold; }
    .box { fill: var(--box); }
    .label { font-family: system-ui, "Hiragino Sans", "Noto Sans CJK JP", "Yu Gothic", sans-serif; text-anchor: middle; }
    .quiet { fill: var(--quiet); }
    path { fill: none; stroke: var(--mark); stroke-width: 2; }
    polygon { fill: var(--mark); }
  </style>`;

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const frame = (title: string, width: number, height: number, content: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `  <title>${escapeXml(title)}</title>`,
    `  ${STYLE}`,
    ...content.map((line) => `  ${line}`),
    "</svg>\n",
  ].join("\n");

/** Draws the words of a line where they are in the terminal, whatever font the reader has. */
function drawLine(line: string, top: number): readonly string[] {
  const kind = line.startsWith("$ ") ? ' class="typed"' : "";
  return [...line.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
    const left = MARGIN + plainTextWidth(line.slice(0, index)) * CELL.width;
    const width = plainTextWidth(words) * CELL.width;
    return `<text${kind} x="${left}" y="${top}" textLength="${width}">${escapeXml(words)}</text>`;
  });
}

/** Draws a terminal with its lines. @returns SVG */
export function drawScreen(title: string, screen: string): string {
  const lines = screen.trimEnd().split("\n");
  const columns = Math.max(...lines.map(plainTextWidth));
  const [width, height] = [columns * CELL.width + 2 * MARGIN, lines.length * CELL.height + 2 * MARGIN];
  return frame(title, width, height, [
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...lines.flatMap((line, at) => drawLine(line, MARGIN + (at + 0.75) * CELL.height)),
  ]);
}

/** The words of the cycle of a mirror: the places, and what leads from each to the next. */
export interface CycleWords {
  readonly title: string;
  readonly places: readonly [console: string, mirror: string, file: string];
  readonly ways: readonly [toMirror: string, toFile: string, toConsole: string];
  readonly commands: readonly [sync: string, emit: string];
}

const [WIDTH, HEIGHT, BOX] = [720, 250, { width: 170, height: 64 }];

/** Draws how the console's exports reach the mirror, and its changes the console. @returns SVG */
export function drawCycle({ title, places, ways, commands }: CycleWords): string {
  const middle = WIDTH / 2;
  const lefts = [10, middle - BOX.width / 2, WIDTH - 10 - BOX.width] as const;
  const arrow = (x: number, y: number, turn: number): string =>
    `<polygon points="0,0 -10,-5 -10,5" transform="translate(${x} ${y}) rotate(${turn})"/>`;
  const label = (x: number, y: number, text: string, kind = ""): string =>
    `<text class="label${kind}" x="${x}" y="${y}">${escapeXml(text)}</text>`;
  const command = (x: number, y: number, text: string): string =>
    `<text class="quiet" x="${x}" y="${y}" text-anchor="middle" font-size="12">${escapeXml(text)}</text>`;
  const boxes = places.flatMap((place, at) => [
    `<rect class="box" x="${lefts[at]}" y="60" width="${BOX.width}" height="${BOX.height}" rx="8"/>`,
    label((lefts[at] ?? 0) + BOX.width / 2, 97, place),
  ]);
  const gaps = [lefts[0] + BOX.width, lefts[1] + BOX.width];
  const ends = [lefts[1], lefts[2]];
  const forward = gaps.flatMap((from, at) => [
    `<path d="M ${from + 6} 92 H ${(ends[at] ?? 0) - 14}"/>`,
    arrow((ends[at] ?? 0) - 6, 92, 0),
    label((from + (ends[at] ?? 0)) / 2, 78, ways[at] ?? ""),
    command((from + (ends[at] ?? 0)) / 2, 40, commands[at] ?? ""),
  ]);
  const [first, last] = [10 + BOX.width / 2, WIDTH - 10 - BOX.width / 2];
  return frame(title, WIDTH, HEIGHT, [
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    ...boxes,
    ...forward,
    `<path d="M ${last} 130 V 190 H ${first} V 138"/>`,
    arrow(first, 130, -90),
    label(middle, 215, ways[2]),
  ]);
}

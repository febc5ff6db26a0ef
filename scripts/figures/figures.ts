import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { budgetsOf, type Budget } from "./budgets.ts";
import { circlesOf, graphOf, importersOf, type Circle } from "./graph.ts";
import { readSource, type Source } from "./source.ts";

/** A small file that one neighbour alone imports, and that does not say why it stands alone. */
export interface Lone {
  readonly file: string;
  readonly lines: number;
  readonly importer: string;
}

/** The figures of a checkout. Sources are the files of `src` that are neither tests nor what only tests use. */
export interface Figures {
  readonly files: number;
  readonly lines: number;
  /** neither blank nor comment */
  readonly codeLines: number;
  /** lines of comment, in percent of all lines */
  readonly commentPercent: number;
  /** of a file */
  readonly medianLines: number;
  /** the largest folders by the files directly in them */
  readonly flattest: readonly { readonly folder: string; readonly files: number }[];
  readonly lone: readonly Lone[];
  readonly circles: readonly Circle[];
  readonly budgets: readonly Budget[];
  /** of all tests and of what only they use */
  readonly testLines: number;
}

/** What is wanted of them. */
export const BOUNDS = { flat: 15, lone: 0, circles: 0, commentPercent: 10 } as const;

const SHOWN_FOLDERS = 5;

/** A file with fewer lines is small. */
const SMALL = 40;

/** Folders that have a file for each noun, and grow with them. */
const LISTS_OF_NOUNS: readonly string[] = [
  "src/lib/model",
  "src/lib/contract",
  "src/lib/rules",
  "src/lib/client",
  "src/lib/tenant/http",
];

const IS_TEST = /\.test\.ts$|^test\//;

const isGenerated = (text: string): boolean => text.startsWith("// Generated");

/** What is loaded by its name rather than imported by those that need it. */
const isEntry = (file: string, { isVerb }: Source): boolean =>
  (isVerb && file.startsWith("src/commands/")) || /(?:^|\/)noun\.ts$|-worker\.ts$/.test(file);

function flattestOf(files: readonly string[]): Figures["flattest"] {
  const counted = files.filter(
    (file) => posix.basename(file) !== "index.ts" && !LISTS_OF_NOUNS.includes(posix.dirname(file)),
  );
  return [...Map.groupBy(counted, (file) => posix.dirname(file))]
    .map(([folder, { length }]) => ({ folder, files: length }))
    .toSorted((a, b) => b.files - a.files || (a.folder < b.folder ? -1 : 1))
    .slice(0, SHOWN_FOLDERS);
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * The figures of files.
 *
 * @param texts each file's text by its path from the root of the checkout, with `/`
 */
export function figuresOf(texts: ReadonlyMap<string, string>): Figures {
  const tests = [...texts].filter(([file]) => IS_TEST.test(file));
  const sources = new Map(
    [...texts]
      .filter(([file]) => file.startsWith("src/") && !IS_TEST.test(file))
      .map(([file, text]) => [file, readSource(text)]),
  );
  const all = [...sources.values()];
  const sum = (count: (source: Source) => number): number => all.reduce((total, source) => total + count(source), 0);
  const lines = sum((source) => source.lines);
  const graph = graphOf(new Map([...sources].map(([file, { imports }]) => [file, imports])));
  const importers = importersOf(graph);
  const lone = [...sources].flatMap(([file, source]): Lone[] => {
    const [importer, ...others] = importers.get(file) ?? [];
    if (importer === undefined || others.length > 0 || posix.dirname(importer) !== posix.dirname(file)) return [];
    const isOfTools = isGenerated(texts.get(file) ?? "") || isEntry(file, source);
    const mayStandAlone = source.lines >= SMALL || source.isExplained || isOfTools;
    return mayStandAlone ? [] : [{ file, lines: source.lines, importer }];
  });
  return {
    files: all.length,
    lines,
    codeLines: sum((source) => source.codeLines),
    commentPercent: (100 * sum((source) => source.commentLines)) / lines,
    medianLines: middle(all.map((source) => source.lines)),
    // a verb has a file of its own, however many verbs there are
    flattest: flattestOf(
      [...sources].flatMap(([file, { isVerb }]) => (isVerb || isGenerated(texts.get(file) ?? "") ? [] : [file])),
    ),
    lone,
    circles: circlesOf(graph),
    budgets: budgetsOf(
      sources,
      graph,
      tests.map(([file]) => file),
    ),
    testLines: tests.reduce((total, [, text]) => total + text.split("\n").length - 1, 0),
  };
}

/** The figures of the checkout in a folder. */
export async function readFigures(root: string): Promise<Figures> {
  const files = globSync("{src,test,scripts,bench}/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .toSorted();
  const texts = files.map(async (file) => [file, await readFile(join(root, file), "utf8")] as const);
  return figuresOf(new Map(await Promise.all(texts)));
}

/** The bounds that figures break, each in a line. */
export function brokenBounds({ flattest, lone, circles, commentPercent, budgets }: Figures): readonly string[] {
  const flat = flattest[0]?.files ?? 0;
  return [
    ...(flat > BOUNDS.flat ? [`files flat in a folder: ${flat}, at most ${BOUNDS.flat}`] : []),
    ...(lone.length > BOUNDS.lone ? [`lone small files: ${lone.length}, at most ${BOUNDS.lone}`] : []),
    ...(circles.length > BOUNDS.circles ? [`circles: ${circles.length}, at most ${BOUNDS.circles}`] : []),
    ...(commentPercent < BOUNDS.commentPercent
      ? [`comment: ${commentPercent.toFixed(2)} % of the lines, at least ${BOUNDS.commentPercent} %`]
      : []),
    ...budgets.flatMap(({ name, value, limit, names }) =>
      value > limit ? [`${name}: ${[value, ...names].join(" ")}, at most ${limit}`] : [],
    ),
  ];
}

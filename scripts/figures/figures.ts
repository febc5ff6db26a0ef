import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { calculateBudgets, type Budget } from "./budgets.ts";
import { findImportCircles, buildImportGraph, invertGraph, type ImportCircle } from "./graph.ts";
import { parseSource, type Source } from "./source.ts";

/** A small file that only one neighbouring file imports, and that does not explain why it is a separate file. */
export interface LoneFile {
  readonly file: string;
  readonly lines: number;
  readonly importer: string;
}

/** The figures of a checkout. Sources are the files of `src` except tests and files that only tests use. */
export interface Figures {
  readonly files: number;
  readonly lines: number;
  /** lines that are neither blank nor comments */
  readonly codeLines: number;
  /** comment lines as a percentage of all lines */
  readonly commentPercent: number;
  /** median number of lines in a file */
  readonly medianLines: number;
  /** the folders that directly contain the most files */
  readonly flattest: readonly { readonly folder: string; readonly files: number }[];
  readonly lone: readonly LoneFile[];
  readonly circles: readonly ImportCircle[];
  readonly budgets: readonly Budget[];
  /** lines of all tests and of the files that only tests use */
  readonly testLines: number;
}

/** Required bounds of the figures. */
export const FIGURE_BOUNDS = { flat: 15, lone: 0, circles: 0, commentPercent: 10 } as const;

const MAX_SHOWN_FOLDERS = 5;

/** A file with fewer lines is small. */
const MIN_FILE_LINES = 40;

/** Folders that contain one file per noun, and therefore grow with the nouns. */
const NOUN_FOLDERS: readonly string[] = [
  "src/lib/model",
  "src/lib/contract",
  "src/lib/rules",
  "src/lib/client",
  "src/lib/tenant/http",
];

const TEST_FILE = /\.test\.ts$|^test\//;

const isGenerated = (text: string): boolean => text.startsWith("// Generated");

/** Returns true if a file is loaded by its name instead of being imported. */
const isLoadedByName = (file: string, { isVerb }: Source): boolean =>
  (isVerb && file.startsWith("src/commands/")) || /(?:^|\/)noun\.ts$|-worker\.ts$/.test(file);

function findLargestFolders(files: readonly string[]): Figures["flattest"] {
  const counted = files.filter(
    (file) => posix.basename(file) !== "index.ts" && !NOUN_FOLDERS.includes(posix.dirname(file)),
  );
  return [...Map.groupBy(counted, (file) => posix.dirname(file))]
    .map(([folder, { length }]) => ({ folder, files: length }))
    .toSorted((a, b) => b.files - a.files || (a.folder < b.folder ? -1 : 1))
    .slice(0, MAX_SHOWN_FOLDERS);
}

const getMiddleValue = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * Calculates the figures of files.
 *
 * @param texts the text of each file, by its path from the root of the checkout, with `/`
 */
export function calculateFigures(texts: ReadonlyMap<string, string>): Figures {
  const tests = [...texts].filter(([file]) => TEST_FILE.test(file));
  const sources = new Map(
    [...texts]
      .filter(([file]) => file.startsWith("src/") && !TEST_FILE.test(file))
      .map(([file, text]) => [file, parseSource(text)]),
  );
  const all = [...sources.values()];
  const sum = (count: (source: Source) => number): number => all.reduce((total, source) => total + count(source), 0);
  const lines = sum((source) => source.lines);
  const graph = buildImportGraph(new Map([...sources].map(([file, { imports }]) => [file, imports])));
  const importers = invertGraph(graph);
  const lone = [...sources].flatMap(([file, source]): LoneFile[] => {
    const [importer, ...others] = importers.get(file) ?? [];
    if (importer === undefined || others.length > 0 || posix.dirname(importer) !== posix.dirname(file)) return [];
    const isOfTools = isGenerated(texts.get(file) ?? "") || isLoadedByName(file, source);
    const mayStandAlone = source.lines >= MIN_FILE_LINES || source.isExplained || isOfTools;
    return mayStandAlone ? [] : [{ file, lines: source.lines, importer }];
  });
  return {
    files: all.length,
    lines,
    codeLines: sum((source) => source.codeLines),
    commentPercent: (100 * sum((source) => source.commentLines)) / lines,
    medianLines: getMiddleValue(all.map((source) => source.lines)),
    // a verb has a file of its own, however many verbs there are
    flattest: findLargestFolders(
      [...sources].flatMap(([file, { isVerb }]) => (isVerb || isGenerated(texts.get(file) ?? "") ? [] : [file])),
    ),
    lone,
    circles: findImportCircles(graph),
    budgets: calculateBudgets(
      sources,
      graph,
      tests.map(([file]) => file),
    ),
    testLines: tests.reduce((total, [, text]) => total + text.split("\n").length - 1, 0),
  };
}

/** Reads the files of a checkout and calculates their figures. */
export async function readFigures(root: string): Promise<Figures> {
  const files = globSync("{src,test,scripts,bench}/**/*.ts", { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .toSorted();
  const texts = files.map(async (file) => [file, await readFile(join(root, file), "utf8")] as const);
  return calculateFigures(new Map(await Promise.all(texts)));
}

/** Returns the bounds that the figures violate, one per line. */
export function findBrokenBounds({ flattest, lone, circles, commentPercent, budgets }: Figures): readonly string[] {
  const flat = flattest[0]?.files ?? 0;
  return [
    ...(flat > FIGURE_BOUNDS.flat ? [`files flat in a folder: ${flat}, at most ${FIGURE_BOUNDS.flat}`] : []),
    ...(lone.length > FIGURE_BOUNDS.lone ? [`lone small files: ${lone.length}, at most ${FIGURE_BOUNDS.lone}`] : []),
    ...(circles.length > FIGURE_BOUNDS.circles ? [`circles: ${circles.length}, at most ${FIGURE_BOUNDS.circles}`] : []),
    ...(commentPercent < FIGURE_BOUNDS.commentPercent
      ? [`comment: ${commentPercent.toFixed(2)} % of the lines, at least ${FIGURE_BOUNDS.commentPercent} %`]
      : []),
    ...budgets.flatMap(({ name, value, limit, names }) =>
      value > limit ? [`${name}: ${[value, ...names].join(" ")}, at most ${limit}`] : [],
    ),
  ];
}

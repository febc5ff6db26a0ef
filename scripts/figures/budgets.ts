import { invertGraph, type ImportGraph } from "./graph.ts";
import type { Source } from "./source.ts";

/** A figure of the sources, with its target and its limit. */
export interface Budget {
  readonly name: string;
  readonly value: number;
  /** the long-term goal */
  readonly target: number;
  /** the maximum until the target is reached */
  readonly limit: number;
  /** names of the counted items, if they have names */
  readonly names: readonly string[];
}

type SourcesByFile = ReadonlyMap<string, Source>;

interface BudgetDefinition {
  readonly name: string;
  readonly target: number;
  readonly limit: number;
  /** returns the value, or the names of the counted items */
  readonly of: (sources: SourcesByFile, graph: ImportGraph, tests: readonly string[]) => number | readonly string[];
}

const countLinesOf = (sources: SourcesByFile, isIn: (file: string, source: Source) => boolean): number =>
  [...sources].reduce((sum, [file, source]) => sum + (isIn(file, source) ? source.lines : 0), 0);

const countLinesBelow =
  (...folders: readonly RegExp[]) =>
  (sources: SourcesByFile): number =>
    countLinesOf(sources, (file) => folders.some((folder) => folder.test(file)));

const CONSOLE_FILE = /^src\/(?:lib\/tenant|commands)\/console\//;

/** Counts the files that import code about the console, except that code itself. */
const countConsoleImporters = (_: SourcesByFile, graph: ImportGraph): number => {
  const all = [...invertGraph(graph)].flatMap(([file, importers]) => (CONSOLE_FILE.test(file) ? [...importers] : []));
  return new Set(all.filter((file) => !CONSOLE_FILE.test(file))).size;
};

const isSharedCommandFile = (file: string, { isVerb }: Source): boolean => file.startsWith("src/commands/") && !isVerb;

const getSharedCommandPercent = (sources: SourcesByFile): number =>
  Math.round(
    (100 * countLinesOf(sources, isSharedCommandFile)) / Math.max(1, countLinesBelow(/^src\/commands\//)(sources)),
  );

/** Files in which command lines are checked in another way: examples against the declarations, guides in their test. */
const CHECKED_FILES: readonly string[] = ["src/commands/index.ts", "src/lib/renewals/guide/guides.ts"];

/**
 * Counts the command lines in texts, which the compiler does not check. All other command lines are built with
 * `lib/advice/index.ts`.
 */
const countCommandTexts = (sources: SourcesByFile): number => {
  const commands = new Set(
    [...sources].flatMap(([file, { isVerb }]) => {
      const [, noun, verb] = /^src\/commands\/([\w-]+)(?:\/([\w-]+))?/.exec(file) ?? [];
      if (noun === undefined) return [];
      return verb === undefined ? (isVerb ? [noun] : []) : [`${noun} `, `${noun} ${verb}`];
    }),
  );
  return [...sources]
    .filter(([file]) => !CHECKED_FILES.includes(file))
    .reduce(
      (sum, [, { spelled }]) =>
        sum + spelled.filter((one) => commands.has(one) || commands.has(one.split(" ", 1)[0] ?? "")).length,
      0,
    );
};

/** Returns the files that declare a type, by type name. */
const groupFilesByTypeName = (sources: SourcesByFile): ReadonlyMap<string, readonly string[]> => {
  const all = [...sources].flatMap(([file, { types }]) => [...new Set(types)].map((name) => [name, file] as const));
  return new Map([...Map.groupBy(all, ([name]) => name)].map(([name, found]) => [name, found.map(([, file]) => file)]));
};

/**
 * Maximum number of files that declare a type of the same name. With more files, the name does not identify the type.
 */
const MAX_FILES_PER_TYPE_NAME = 2;

const findCommonTypeNames = (sources: SourcesByFile): readonly string[] =>
  [...groupFilesByTypeName(sources)].flatMap(([name, { length }]) => (length > MAX_FILES_PER_TYPE_NAME ? [name] : []));

const IRREGULAR_PARTICIPLES =
  "Begun|Broken|Did|Done|Found|Given|Held|Kept|Known|Left|Made|Meant|Met|Put|Said|Sent|Shown|Stood|Taken|Told|Written";

const OTHER_VAGUE_WORDS =
  "About|Again|Always|Asking|At|Beside|Members|Of|Once|Showing|Standing|Telling|Through|When|Which";

/**
 * Matches a type name that is only a participle or a preposition: it says what happened to a value, not what the value
 * is.
 */
const VAGUE_TYPE_NAME = new RegExp(`^(?:[A-Z][a-z]*[^e]ed|${IRREGULAR_PARTICIPLES}|${OTHER_VAGUE_WORDS})$`);

const findVagueTypeNames = (sources: SourcesByFile): readonly string[] =>
  [...groupFilesByTypeName(sources).keys()].filter((name) => VAGUE_TYPE_NAME.test(name));

/**
 * Matches names that are older than docs/glossary.md and say nothing to the reader of a call. `xOf` is only for a plain
 * derived property.
 */
const UNCLEAR_VALUE_NAME =
  /^(?:(?:MOST|LEAST)_\w+|is(?:Untold|BroughtBack|LikeDeleted|AsLeft)|(?:steps|lines|content)Of|tellRun|(?:called|told)OnScreen|nearUsers|lesser|takes|held_?[oO]nce)$/;

const findUnclearNames = (sources: SourcesByFile): readonly string[] =>
  [...sources].flatMap(([file, { values }]) =>
    values.filter((name) => UNCLEAR_VALUE_NAME.test(name)).map((name) => `${name} in ${file}`),
  );

/** Matches file names that cannot be understood without their folder. */
const UNCLEAR_FILE_NAME = /(?:^|\/)(?:called|lines|lost|meant|named|pending|refusals|written)(?:\.test)?\.ts$/;

const findUnclearFileNames = (
  sources: SourcesByFile,
  _graph: ImportGraph,
  tests: readonly string[],
): readonly string[] => [...sources.keys(), ...tests].filter((file) => UNCLEAR_FILE_NAME.test(file));

/**
 * The definitions of all budgets. A limit is raised only together with the change that needs it, and lowered when a
 * part becomes smaller.
 */
const BUDGET_DEFINITIONS: readonly BudgetDefinition[] = [
  { name: "lines of src", target: 99_000, limit: 148_993, of: countLinesBelow(/^src\//) },
  {
    name: "imports, deletion",
    target: 11_500,
    limit: 24_822,
    of: countLinesBelow(
      /^src\/lib\/plan\//,
      /^src\/lib\/tenant\/plans\/(?!sqlite\/undo\/|deletion)/,
      /^src\/commands\/(?:imports|deletion)\//,
    ),
  },
  { name: "commands", target: 26_000, limit: 42_322, of: countLinesBelow(/^src\/commands\//) },
  { name: "of them no verbs, %", target: 47, limit: 61, of: getSharedCommandPercent },
  {
    name: "handover, renewals",
    target: 22_000,
    limit: 26_293,
    of: countLinesBelow(/^src\/(?:lib|commands)\/(?:handover|renewals|onboarding)\//),
  },
  { name: "commands by hand", target: 0, limit: 0, of: countCommandTexts },
  { name: "users of the console", target: 25, limit: 26, of: countConsoleImporters },
  { name: "type names in more than two files", target: 0, limit: 0, of: findCommonTypeNames },
  { name: "vague type names", target: 0, limit: 0, of: findVagueTypeNames },
  { name: "unclear names", target: 0, limit: 0, of: findUnclearNames },
  { name: "unclear file names", target: 0, limit: 0, of: findUnclearFileNames },
];

/** What each part takes.  @param tests names of the test files */
export const calculateBudgets = (
  sources: SourcesByFile,
  graph: ImportGraph,
  tests: readonly string[],
): readonly Budget[] =>
  BUDGET_DEFINITIONS.map(({ of, ...measure }) => {
    const found = of(sources, graph, tests);
    const names = typeof found === "number" ? [] : found;
    return { ...measure, value: typeof found === "number" ? found : names.length, names };
  });

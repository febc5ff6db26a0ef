import { importersOf, type Graph } from "./graph.ts";
import type { Source } from "./source.ts";

/** What a part of the sources may take. */
export interface Budget {
  readonly name: string;
  readonly value: number;
  /** what is aimed at */
  readonly target: number;
  /** what it may not grow beyond until then */
  readonly limit: number;
  /** what is counted, by name, if it can be named */
  readonly names: readonly string[];
}

type Sources = ReadonlyMap<string, Source>;

interface Measure {
  readonly name: string;
  readonly target: number;
  readonly limit: number;
  /** returns the value, or the names of what is counted */
  readonly of: (sources: Sources, graph: Graph, tests: readonly string[]) => number | readonly string[];
}

const linesIn = (sources: Sources, isIn: (file: string, source: Source) => boolean): number =>
  [...sources].reduce((sum, [file, source]) => sum + (isIn(file, source) ? source.lines : 0), 0);

const linesBelow =
  (...folders: readonly RegExp[]) =>
  (sources: Sources): number =>
    linesIn(sources, (file) => folders.some((folder) => folder.test(file)));

const CONSOLE = /^src\/(?:lib\/tenant|commands)\/console\//;

/** Files that know what the console has, but for those that it is made of. */
const importersOfConsole = (_: Sources, graph: Graph): number => {
  const all = [...importersOf(graph)].flatMap(([file, importers]) => (CONSOLE.test(file) ? [...importers] : []));
  return new Set(all.filter((file) => !CONSOLE.test(file))).size;
};

const isNoVerb = (file: string, { isVerb }: Source): boolean => file.startsWith("src/commands/") && !isVerb;

const percentOfNoVerbs = (sources: Sources): number =>
  Math.round((100 * linesIn(sources, isNoVerb)) / Math.max(1, linesBelow(/^src\/commands\//)(sources)));

/** Files whose command lines are checked in another way: examples as they are declared, guides by their test. */
const CHECKED: readonly string[] = ["src/commands/index.ts", "src/lib/renewals/guide/guides.ts"];

/** Command lines that the compiler does not check: everything else goes through `lib/advice/index.ts`. */
const spelledCommands = (sources: Sources): number => {
  const commands = new Set(
    [...sources].flatMap(([file, { isVerb }]) => {
      const [, noun, verb] = /^src\/commands\/([\w-]+)(?:\/([\w-]+))?/.exec(file) ?? [];
      if (noun === undefined) return [];
      return verb === undefined ? (isVerb ? [noun] : []) : [`${noun} `, `${noun} ${verb}`];
    }),
  );
  return [...sources]
    .filter(([file]) => !CHECKED.includes(file))
    .reduce(
      (sum, [, { spelled }]) =>
        sum + spelled.filter((one) => commands.has(one) || commands.has(one.split(" ", 1)[0] ?? "")).length,
      0,
    );
};

/** The files that declare each type name. */
const typeNames = (sources: Sources): ReadonlyMap<string, readonly string[]> => {
  const all = [...sources].flatMap(([file, { types }]) => [...new Set(types)].map((name) => [name, file] as const));
  return new Map([...Map.groupBy(all, ([name]) => name)].map(([name, found]) => [name, found.map(([, file]) => file)]));
};

/** A name that stands in more files tells nobody which of the types is meant. */
const MAX_FILES_OF_A_TYPE_NAME = 2;

const commonTypeNames = (sources: Sources): readonly string[] =>
  [...typeNames(sources)].flatMap(([name, { length }]) => (length > MAX_FILES_OF_A_TYPE_NAME ? [name] : []));

const IRREGULAR_PARTICIPLES =
  "Begun|Broken|Did|Done|Found|Given|Held|Kept|Known|Left|Made|Meant|Met|Put|Said|Sent|Shown|Stood|Taken|Told|Written";

const OTHER_WORDS = "About|Again|Always|Asking|At|Beside|Members|Of|Once|Showing|Standing|Telling|Through|When|Which";

/** A participle or preposition alone says what happened to a value, and not what the value is. */
const VAGUE_TYPE_NAME = new RegExp(`^(?:[A-Z][a-z]*[^e]ed|${IRREGULAR_PARTICIPLES}|${OTHER_WORDS})$`);

const vagueTypeNames = (sources: Sources): readonly string[] =>
  [...typeNames(sources).keys()].filter((name) => VAGUE_TYPE_NAME.test(name));

/** Names from before docs/glossary.md, which say nothing to a reader of a call. `xOf` is for a plain derived property. */
const UNCLEAR_VALUE_NAME =
  /^(?:(?:MOST|LEAST)_\w+|is(?:Untold|BroughtBack|LikeDeleted|AsLeft)|(?:steps|lines|content)Of|tellRun|(?:called|told)OnScreen|nearUsers|lesser|takes|held_?[oO]nce)$/;

const unclearNames = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([file, { values }]) =>
    values.filter((name) => UNCLEAR_VALUE_NAME.test(name)).map((name) => `${name} in ${file}`),
  );

/** File names that are understood only with their folder. */
const UNCLEAR_FILE_NAME = /(?:^|\/)(?:called|lines|lost|meant|named|pending|refusals|written)(?:\.test)?\.ts$/;

const unclearFileNames = (sources: Sources, _graph: Graph, tests: readonly string[]): readonly string[] =>
  [...sources.keys(), ...tests].filter((file) => UNCLEAR_FILE_NAME.test(file));

/** A part grows only if its limit is raised here, in the same commit; whoever makes one smaller lowers it. */
const MEASURES: readonly Measure[] = [
  { name: "lines of src", target: 99_000, limit: 139_100, of: linesBelow(/^src\//) },
  {
    name: "imports, deletion",
    target: 11_500,
    limit: 22_400,
    of: linesBelow(
      /^src\/lib\/plan\//,
      /^src\/lib\/tenant\/plans\/(?!sqlite\/undo\/|deletion)/,
      /^src\/commands\/(?:imports|deletion)\//,
    ),
  },
  { name: "commands", target: 26_000, limit: 39_700, of: linesBelow(/^src\/commands\//) },
  { name: "of them no verbs, %", target: 47, limit: 61, of: percentOfNoVerbs },
  {
    name: "handover, renewals",
    target: 22_000,
    limit: 25_750,
    of: linesBelow(/^src\/(?:lib|commands)\/(?:handover|renewals|onboarding)\//),
  },
  { name: "commands by hand", target: 0, limit: 0, of: spelledCommands },
  { name: "users of the console", target: 25, limit: 26, of: importersOfConsole },
  { name: "type names in more than two files", target: 0, limit: 0, of: commonTypeNames },
  { name: "vague type names", target: 0, limit: 0, of: vagueTypeNames },
  { name: "unclear names", target: 0, limit: 0, of: unclearNames },
  { name: "unclear file names", target: 0, limit: 0, of: unclearFileNames },
];

/** What each part takes.  @param tests names of the test files */
export const budgetsOf = (sources: Sources, graph: Graph, tests: readonly string[]): readonly Budget[] =>
  MEASURES.map(({ of, ...measure }) => {
    const found = of(sources, graph, tests);
    const names = typeof found === "number" ? [] : found;
    return { ...measure, value: typeof found === "number" ? found : names.length, names };
  });

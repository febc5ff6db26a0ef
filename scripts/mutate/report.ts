import type { RecordedTestFile } from "./plan.ts";
import { getFolderName, type LocatedMutant } from "./sample.ts";

/** Minimum number of mutants for which a folder has its own row. With fewer, a percentage says little. */
const MIN_FOLDER_MUTANTS = 20;

const MAX_SHOWN_CHARACTERS = 100;

/** The result for a mutant. Every mutant that is not killed counts as survived. */
export type MutantStatus = "killed" | "survived" | "undecided" | "not reached";

/** The verdict of the tests on a mutant. */
export interface MutantVerdict {
  readonly id: number;
  readonly status: MutantStatus;
  /** the test file that detected the mutant */
  readonly by?: string;
  /** true if the test file that detected the mutant did so by hanging twice */
  readonly hung?: boolean;
  /** number of test files that ran */
  readonly ran: number;
  /** number of test files that reach the mutant but were left out because of the time budget */
  readonly left: number;
  readonly seconds: number;
}

/** A mutation testing run and its results so far; written by `--json` and read by `--resume`. */
export interface Campaign {
  readonly root: string;
  readonly sample: number;
  readonly seed: string;
  readonly folder?: string;
  /** tiers whose tests are run; empty for all tiers */
  readonly tiers: readonly string[];
  /** maximum recorded seconds of tests per mutant */
  readonly budget: number;
  /** mutants; the number of a mutant is its position, from 1 */
  readonly mutants: readonly LocatedMutant[];
  readonly tests: RecordedTestFile[];
  readonly verdicts: MutantVerdict[];
  /** seconds that the run took, including the time before an interruption */
  seconds: number;
}

interface FolderRow {
  readonly name: string;
  readonly statuses: readonly MutantStatus[];
}

function buildFolderCells({ name, statuses }: FolderRow): readonly string[] {
  const count = (status: MutantStatus): number => statuses.filter((one) => one === status).length;
  const killed = count("killed");
  const percent = statuses.length === 0 ? "-" : ((100 * killed) / statuses.length).toFixed(1);
  const numbers = [statuses.length, killed, statuses.length - killed, count("undecided"), count("not reached")];
  return [name, ...numbers.map(String), percent];
}

function alignRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const cell = (value: string, at: number): string =>
    at === 0 ? value.padEnd(widths[at] ?? 0) : value.padStart(widths[at] ?? 0);
  return rows.map((row) => row.map(cell).join("  "));
}

function shortenToOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MAX_SHOWN_CHARACTERS ? `${line.slice(0, MAX_SHOWN_CHARACTERS - 1)}…` : line;
}

/** Describes a mutant: `path:line:col  kind  before -> after`. */
export function describeMutant({ file, line, column, kind, before, after }: LocatedMutant): string {
  return `${file}:${line}:${column}  ${kind}  ${shortenToOneLine(before)} -> ${after === "" ? "(nothing)" : shortenToOneLine(after)}`;
}

const formatDuration = (seconds: number): string => `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

function renderFolderTable(
  judged: readonly { readonly mutant: LocatedMutant; readonly verdict: MutantVerdict }[],
): readonly string[] {
  const folders = Map.groupBy(judged, ({ mutant }) => getFolderName(mutant.file));
  const rows = [...folders]
    .map(([name, inFolder]): FolderRow => ({ name, statuses: inFolder.map(({ verdict }) => verdict.status) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const small = rows.filter(({ statuses }) => statuses.length < MIN_FOLDER_MUTANTS);
  const together = {
    name: `folders under ${MIN_FOLDER_MUTANTS}, together`,
    statuses: small.flatMap(({ statuses }) => statuses),
  };
  const total = { name: "all", statuses: judged.map(({ verdict }) => verdict.status) };
  return alignRows([
    ["folder", "mutants", "killed", "survived", "undecided", "not reached", "%"],
    ...[...rows, ...(small.length > 1 ? [together] : []), total].map(buildFolderCells),
  ]);
}

/** Renders the report: the table by folder, the tests that were left out, and every survivor. */
export function renderCampaignReport({ mutants, tests, verdicts, seconds }: Campaign): string {
  const judged = verdicts.flatMap((verdict) => {
    const mutant = mutants[verdict.id - 1];
    return mutant === undefined ? [] : [{ mutant, verdict }];
  });
  const survivors = judged
    .filter(({ verdict }) => verdict.status !== "killed")
    .toSorted(({ mutant: a }, { mutant: b }) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
    .map(
      ({ mutant, verdict }) => describeMutant(mutant) + (verdict.status === "survived" ? "" : `  (${verdict.status})`),
    );
  const leftOut = tests.filter(({ passed }) => !passed).map(({ file }) => `  ${file}`);
  const hung = judged.filter(({ verdict }) => verdict.hung).length;
  return [
    ...renderFolderTable(judged),
    "",
    "Survived counts undecided ones, too, for which the budget was too small, and those that no test reaches.",
    ...(hung === 0 ? [] : [`Killed by hanging: ${hung}`]),
    ...(judged.length < mutants.length ? [`Not run yet: ${mutants.length - judged.length}`] : []),
    `It took ${formatDuration(seconds)}.`,
    ...(leftOut.length === 0 ? [] : ["", "Left out, failing with no mutant active:", ...leftOut]),
    ...(survivors.length === 0 ? [] : ["", "Survivors:", ...survivors.map((line) => `  ${line}`)]),
    "",
  ].join("\n");
}

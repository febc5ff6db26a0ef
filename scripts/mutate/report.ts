import type { TestFile } from "./plan.ts";
import { folderOf, type Placed } from "./sample.ts";

/** Below this a percentage of a folder says little. */
const FEW = 20;

const SHOWN = 100;

/** What became of a mutant; whatever is not killed has survived. */
export type Status = "killed" | "survived" | "undecided" | "not reached";

/** How tests judged a mutant. */
export interface Verdict {
  readonly id: number;
  readonly status: Status;
  /** the test file that killed it */
  readonly by?: string;
  /** it was killed by hanging, twice */
  readonly hung?: boolean;
  /** test files that ran */
  readonly ran: number;
  /** test files that reach it and were left out for want of time */
  readonly left: number;
  readonly seconds: number;
}

/** A run of mutants, as far as it went; it is what `--json` writes and `--resume` reads. */
export interface Campaign {
  readonly root: string;
  readonly sample: number;
  readonly seed: string;
  readonly folder?: string;
  /** whose tests are run; all without one */
  readonly tiers: readonly string[];
  /** recorded seconds of tests a mutant */
  readonly budget: number;
  /** a mutant's number is its place, from 1 */
  readonly mutants: readonly Placed[];
  readonly tests: TestFile[];
  readonly verdicts: Verdict[];
  /** seconds it took, those before an interruption included */
  seconds: number;
}

interface Row {
  readonly name: string;
  readonly statuses: readonly Status[];
}

function cellsOf({ name, statuses }: Row): readonly string[] {
  const count = (status: Status): number => statuses.filter((one) => one === status).length;
  const killed = count("killed");
  const percent = statuses.length === 0 ? "-" : ((100 * killed) / statuses.length).toFixed(1);
  const numbers = [statuses.length, killed, statuses.length - killed, count("undecided"), count("not reached")];
  return [name, ...numbers.map(String), percent];
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const cell = (value: string, at: number): string =>
    at === 0 ? value.padEnd(widths[at] ?? 0) : value.padStart(widths[at] ?? 0);
  return rows.map((row) => row.map(cell).join("  "));
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}

/** `path:line:col  kind  before -> after` */
export function told({ file, line, column, kind, before, after }: Placed): string {
  return `${file}:${line}:${column}  ${kind}  ${oneLine(before)} -> ${after === "" ? "(nothing)" : oneLine(after)}`;
}

const spent = (seconds: number): string => `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

function tableOf(judged: readonly { readonly mutant: Placed; readonly verdict: Verdict }[]): readonly string[] {
  const folders = Map.groupBy(judged, ({ mutant }) => folderOf(mutant.file));
  const rows = [...folders]
    .map(([name, inFolder]): Row => ({ name, statuses: inFolder.map(({ verdict }) => verdict.status) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const small = rows.filter(({ statuses }) => statuses.length < FEW);
  const together = { name: `folders under ${FEW}, together`, statuses: small.flatMap(({ statuses }) => statuses) };
  const total = { name: "all", statuses: judged.map(({ verdict }) => verdict.status) };
  return aligned([
    ["folder", "mutants", "killed", "survived", "undecided", "not reached", "%"],
    ...[...rows, ...(small.length > 1 ? [together] : []), total].map(cellsOf),
  ]);
}

/** The table by folder, the tests left out and every survivor. */
export function reported({ mutants, tests, verdicts, seconds }: Campaign): string {
  const judged = verdicts.flatMap((verdict) => {
    const mutant = mutants[verdict.id - 1];
    return mutant === undefined ? [] : [{ mutant, verdict }];
  });
  const survivors = judged
    .filter(({ verdict }) => verdict.status !== "killed")
    .toSorted(({ mutant: a }, { mutant: b }) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
    .map(({ mutant, verdict }) => told(mutant) + (verdict.status === "survived" ? "" : `  (${verdict.status})`));
  const leftOut = tests.filter(({ passed }) => !passed).map(({ file }) => `  ${file}`);
  const hung = judged.filter(({ verdict }) => verdict.hung).length;
  return [
    ...tableOf(judged),
    "",
    "Survived counts undecided ones, too, for which the budget was too small, and those that no test reaches.",
    ...(hung === 0 ? [] : [`Killed by hanging: ${hung}`]),
    ...(judged.length < mutants.length ? [`Not run yet: ${mutants.length - judged.length}`] : []),
    `It took ${spent(seconds)}.`,
    ...(leftOut.length === 0 ? [] : ["", "Left out, failing with no mutant active:", ...leftOut]),
    ...(survivors.length === 0 ? [] : ["", "Survivors:", ...survivors.map((line) => `  ${line}`)]),
    "",
  ].join("\n");
}

import { parseArgs } from "node:util";

/** The options of a benchmark run. */
export interface BenchOptions {
  /** names of benchmarks; empty for all */
  readonly only: readonly string[];
  /** number of rows of the input */
  readonly rows: number;
  /** file to which the figures are written */
  readonly json: string | undefined;
  /** folder of another checkout, which is then compared with instead of the peers */
  readonly against: string | undefined;
}

/**
 * Default numbers of rows. A comparison with another checkout uses fewer rows, because it runs every benchmark at least
 * eleven times on each side.
 */
const DEFAULT_ROWS = { peers: 1_000_000, against: 200_000 };

/**
 * Parses the command-line arguments of a run.
 *
 * @param names returns the names that `--only` accepts
 * @throws if an argument is invalid
 */
export function parseBenchArguments(
  args: readonly string[],
  names: (isAgainst: boolean) => readonly string[],
): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: [] },
      rows: { type: "string" },
      json: { type: "string" },
      against: { type: "string" },
    },
  });
  const { only, json, against } = values;
  const rows = Number(values.rows ?? DEFAULT_ROWS[against === undefined ? "peers" : "against"]);
  if (!Number.isSafeInteger(rows) || rows < 10) throw new Error("--rows is a whole number from 10");
  const works = names(against !== undefined);
  const unknown = only.find((name) => !works.includes(name));
  if (unknown !== undefined) throw new Error(`--only "${unknown}" is none of: ${works.join(", ")}`);
  return { only, rows, json, against };
}

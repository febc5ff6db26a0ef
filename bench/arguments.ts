import { parseArgs } from "node:util";

/** What a run was asked for. */
export interface BenchOptions {
  /** names of works; empty for all */
  readonly only: readonly string[];
  /** of the input */
  readonly rows: number;
  /** the file for the figures */
  readonly json: string | undefined;
  /** the folder of another checkout, to be compared with instead of with the peers */
  readonly against: string | undefined;
}

/** Beside another checkout every work runs eleven times or more on each side, so it does with fewer rows. */
const DEFAULT_ROWS = { peers: 1_000_000, against: 200_000 };

/**
 * Reads the arguments of a run.
 *
 * @param works the names that `--only` may give
 * @throws when they are wrong
 */
export function readArguments(args: readonly string[], works: readonly string[]): BenchOptions {
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
  const unknown = only.find((name) => !works.includes(name));
  if (unknown !== undefined) throw new Error(`--only "${unknown}" is none of: ${works.join(", ")}`);
  return { only, rows, json, against };
}

import type { Database } from "../database.ts";
import { batched } from "./line-batches.ts";

/** SQL: a problem as a line of NDJSON; its `params` are JSON already. */
const LINE = `concat('{"code":', json_quote(code), ',"severity":', json_quote(severity), ',"row":', row, ',"line":', line,
  ',"column":', col, ',"header":', json_quote(header), ',"params":', params, '}\n')`;

/** What is wrong with the file of a plan as NDJSON, in batches, by row and column. */
export function* problemLines(database: Database, limit: number | undefined): Generator<Uint8Array> {
  const sql = `select ${LINE} as line from s.problem order by row, col limit :limit`;
  yield* batched(database.iterate(sql, { limit: limit ?? -1 }));
}

import { createHash } from "node:crypto";
import { buildCaseSql, quoteIdentifier } from "../store/sql.ts";
import type { Params, Reader, Row } from "../store/store.ts";
import { VERSION_SCHEMAS, getVersionTable } from "./tables.ts";

export interface Checksum {
  readonly count: number;
  /** SHA-256 of the lines of {@link generateChecksum} */
  readonly sha256: string;
}

const BATCH_ROWS = 1024;

const buildRowLineSql = (table: string, columns: readonly string[]): string => {
  const members = columns.toSorted().map((name) => {
    const value = `v.${quoteIdentifier(name)}`;
    return buildCaseSql(`${value} is null`, "''", `',"${name}":' || json_quote(${value})`);
  });
  return [`'{"table":"${table}"'`, ...members, `'}' || char(10)`].join(" || ");
};

const buildBatchSql = (table: string, key: string, columns: readonly string[], which = "true"): string =>
  `select count(*) as rows, max(key) as last, string_agg(line, '') as lines
    from (select v.${key} as key, ${buildRowLineSql(table, columns)} as line from main.${table} v
          where v.revision = :revision and ${which} and v.${key} > :after order by v.${key} limit ${BATCH_ROWS}) batch`;

const SORTED_VERSION_SCHEMAS = [...VERSION_SCHEMAS.values()].toSorted((one, other) =>
  one.thing.name < other.thing.name ? -1 : 1,
);

/** The parts of a checksum, in their order, with the SQL that finds out whether a change wrote them. */
const PARTS: ReadonlyMap<string, { readonly isWritten: string; readonly buildBatch: () => string }> = new Map([
  ...SORTED_VERSION_SCHEMAS.map((versions) => {
    const table = getVersionTable(versions);
    const names = [...versions.columns.map(({ name }) => name), ...versions.times];
    const buildBatch = (): string => buildBatchSql(table, "pk", ["pk", "revision", "action", "changed", ...names]);
    const isWritten = `exists (select 1 from main.${table} where revision = :revision)`;
    return [table, { isWritten, buildBatch }] as const;
  }),
  ...SORTED_VERSION_SCHEMAS.map(({ thing: { name } }) => {
    const buildBatch = (): string =>
      buildBatchSql("created_range", "first", ["revision", "thing", "first", "last"], `v.thing = '${name}'`);
    const isWritten = `exists (select 1 from main.created_range where revision = :revision and thing = '${name}')`;
    return [`created_range ${name}`, { isWritten, buildBatch }] as const;
  }),
]);

const WRITTEN_PARTS_SQL = [...PARTS]
  .map(([part, { isWritten }]) => `select '${part}' as part where ${isWritten}`)
  .join(" union all ");

/**
 * The checksum covers each row of the version tables and each range of new records. Yields statements and expects their
 * rows, so that memory use is constant.
 */
export function* generateChecksum(
  revision: number,
): Generator<{ readonly sql: string; readonly params: Params }, Checksum | undefined, readonly Row[]> {
  const hash = createHash("sha256");
  let count = 0;
  const written = new Set((yield { sql: WRITTEN_PARTS_SQL, params: { revision } }).map(({ part }) => part));
  for (const [part, { buildBatch }] of PARTS) {
    if (!written.has(part)) continue;
    const sql = buildBatch();
    // lower than any record number
    let after = -Number.MAX_VALUE;
    for (let rows = BATCH_ROWS; rows === BATCH_ROWS;) {
      const [batch] = yield { sql, params: { revision, after } };
      rows = Number(batch?.["rows"]);
      count += rows;
      hash.update(String(batch?.["lines"] ?? ""));
      after = Number(batch?.["last"]);
    }
  }
  return count === 0 ? undefined : { count, sha256: hash.digest("hex") };
}

/** Call this after {@link settleVersions}. */
export const readChecksum = async (reader: Pick<Reader, "all">, revision: number): Promise<Checksum | undefined> => {
  const sum = generateChecksum(revision);
  let step = sum.next();
  while (step.done !== true) step = sum.next(await reader.all(step.value.sql, step.value.params));
  return step.value;
};

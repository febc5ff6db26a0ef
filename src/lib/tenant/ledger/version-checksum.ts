import { createHash } from "node:crypto";
import { createInterruptedFailure } from "../../errors/index.ts";
import type { Database } from "../store/database.ts";
import { buildCaseSql, buildFileNameSql, quoteIdentifier } from "../store/sql.ts";
import type { Params, Reader, Row } from "../store/types.ts";
import { VERSION_SCHEMAS } from "./versions.ts";

export interface Checksum {
  readonly count: number;
  /** SHA-256 of the lines of {@link generateChecksum} */
  readonly sha256: string;
}

const BATCH_ROWS = 1024;

const buildRowLineSql = (table: string, columns: readonly string[]): string => {
  const members = columns.toSorted().map((name) => {
    const stored = `v.${quoteIdentifier(name)}`;
    // a bundle has the same checksum
    const value = name === "source" ? buildFileNameSql(stored) : stored;
    return buildCaseSql(`${value} is null`, "''", `',"${name}":' || json_quote(${value})`);
  });
  return [`'{"table":"${table}"'`, ...members, `'}' || char(10)`].join(" || ");
};

const SORTED_VERSION_SCHEMAS = [...VERSION_SCHEMAS.values()].toSorted((one, other) =>
  one.thing.name < other.thing.name ? -1 : 1,
);

const PARTS = [
  ...SORTED_VERSION_SCHEMAS.map((versions) => {
    const names = [...versions.columns.map(({ name }) => name), ...versions.times];
    const columns = ["pk", "revision", "action", "changed", ...names];
    return { table: versions.table, key: "pk", columns, which: "true" };
  }),
  ...SORTED_VERSION_SCHEMAS.map(({ thing: { name } }) => {
    const columns = ["revision", "thing", "first", "last"];
    return { table: "created_range", key: "first", columns, which: `v.thing = '${name}'` };
  }),
];

const buildBatchSql = ({ table, key, columns, which }: (typeof PARTS)[number]): string =>
  `select count(*) as rows, max(key) as last, string_agg(line, '') as lines
    from (select v.${key} as key, ${buildRowLineSql(table, columns)} as line from main.${table} v
          where v.revision = :revision and ${which} and v.${key} > :after order by v.${key} limit ${BATCH_ROWS}) batch`;

const WRITTEN_PARTS_SQL = PARTS.map(
  ({ table, which }, part) =>
    `select ${part} as part where exists (select 1 from main.${table} v where v.revision = :revision and ${which})`,
).join(" union all ");

/** Covers the version tables and the ranges of new records. Yields statements and expects their rows. */
function* generateChecksum(
  revision: number,
): Generator<{ readonly sql: string; readonly params: Params }, Checksum | undefined, readonly Row[]> {
  const hash = createHash("sha256");
  let count = 0;
  const written = new Set((yield { sql: WRITTEN_PARTS_SQL, params: { revision } }).map(({ part }) => part));
  for (const part of PARTS.filter((_, place) => written.has(place))) {
    const sql = buildBatchSql(part);
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

export const computeChecksum = (database: Database, revision: number): Checksum | undefined => {
  const sum = generateChecksum(revision);
  let step = sum.next();
  while (step.done !== true) {
    if (database.isInterrupted()) throw createInterruptedFailure();
    step = sum.next(database.all(step.value.sql, step.value.params));
  }
  return step.value;
};

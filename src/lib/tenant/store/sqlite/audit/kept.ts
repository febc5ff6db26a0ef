import { importNumber } from "../../../../model/import-number.ts";
import type { AuditFindings, KeptBreak } from "../../audit-findings.ts";
import { DONE, numbersOf, type ImportRecord } from "../../imports/record.ts";
import type { Database, Row } from "../database.ts";
import { isMisfit } from "../storage-failure.ts";
import { keptTables, sumOfKept } from "../imports/history/kept.ts";

/** SQL: the records that hold the sum of an import's kept changes. */
const WITH_SUMS = `select seq, record -> 'detail' -> 'changes' ->> 'count' as count,
    record -> 'detail' -> 'changes' ->> 'sha256' as sha256
  from audit where instr(record, '"changes":{') > 0 and record -> 'detail' -> 'changes' ->> 'sha256' is not null order by seq`;

const isDone = (alias: string): string => `${alias}.state in (${DONE.map((state) => `'${state}'`).join(", ")})`;

/**
 * Verifies what imports keep for their undoing and their history against the sums that the audit holds. One
 * that cannot be read was altered.
 */
export const verifyKept = (database: Database): NonNullable<AuditFindings["imports"]> => {
  const broken = new Map<string, KeptBreak>();
  const sums = new Map(database.all(WITH_SUMS).map((row) => [Number(row["seq"]), row]));
  const done = new Map(doneImports(database).map((one) => [one.change, one]));
  let verified = 0;
  for (const [change, told] of sums) {
    const pk = done.get(change)?.pk;
    if (pk === undefined) broken.set(String(change), "missing");
    else if (readable(() => isAsTold(database, pk, told)) === true) verified += 1;
    else broken.set(String(change), "altered");
  }
  for (const { change, number } of done.values())
    if (change === null || !sums.has(change)) broken.set(number, "unrecorded");
  for (const plan of straysIn(database)) broken.set(importNumber(plan, null), "unrecorded");
  return { verified, broken: [...broken].map(([number, reason]) => ({ number, reason })) };
};

/** The numbers of imports that were done; none without their table. */
const doneImports = (database: Database): readonly Pick<ImportRecord, "pk" | "change" | "number">[] =>
  readable(() => database.all(`select pk, change from import i where ${isDone("i")} order by change`))?.map(
    numbersOf,
  ) ?? [];

/** Returns plan numbers in the kept data that do not belong to a committed import; 0 if a value is not a number. */
const straysIn = (database: Database): readonly number[] =>
  keptTables(database).flatMap(([table]) => {
    const strays = `select distinct case when typeof(import) = 'integer' then import else 0 end as number from ${table} k
      where not exists (select 1 from import i where i.pk = k.import and ${isDone("i")})`;
    return readable(() => database.all(strays))?.map(({ number }) => Number(number)) ?? [];
  });

/** What is read; undefined where a table is not there, or a value is none that clomoctl stores. */
const readable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (isMisfit(error)) return undefined;
    throw error;
  }
};

const isAsTold = (database: Database, pk: number, { count, sha256 }: Row): boolean => {
  const sum = sumOfKept(database, pk);
  return sum.sha256 === sha256 && sum.count === Number(count);
};

import type { AuditFindings, KeptBreak } from "../../audit-findings.ts";
import { DONE } from "../../imports/record.ts";
import type { Database, Row } from "../database.ts";
import { keptTables, sumOfKept } from "../imports/history/kept.ts";

/** SQL: the records that hold the sum of an import's kept changes; and those of older programs, that name an import. */
const WITH_SUMS = `select record -> 'detail' ->> 'number' as number, record -> 'detail' -> 'changes' ->> 'count' as count,
    record -> 'detail' -> 'changes' ->> 'sha256' as sha256
  from audit where instr(record, '"changes":{') > 0 and record -> 'detail' -> 'changes' ->> 'sha256' is not null order by seq`;

const OLDER = `select i.pk from import i where i.pk = :number and exists (select 1 from audit a
    where a.record ->> 'version' is null
      and (a.action = 'imports.commit' and a.record ->> 'subject' = i.id
        or a.action = 'imports.revert' and a.record ->> 'subject' = i.detail ->> 'reverts'))`;

const isDone = (alias: string): string => `${alias}.state in (${DONE.map((state) => `'${state}'`).join(", ")})`;

/**
 * Verifies what imports keep for their undoing and their history against the sums that the audit holds. An import without
 * a sum is one of an older program, if a record of then names it.
 */
export const verifyKept = (database: Database): NonNullable<AuditFindings["imports"]> => {
  const broken = new Map<number, KeptBreak>();
  const sums = new Map(database.all(WITH_SUMS).map((row) => [Number(row["number"]), row]));
  const done = new Set(database.all(`select pk from import i where ${isDone("i")}`).map(({ pk }) => Number(pk)));
  let [verified, older] = [0, 0];
  for (const [number, told] of sums) {
    if (!done.has(number)) broken.set(number, "missing");
    else if (isAsTold(database, number, told)) verified += 1;
    else broken.set(number, "altered");
  }
  for (const number of done) {
    if (sums.has(number)) continue;
    if (database.get(OLDER, { number }) === undefined) broken.set(number, "unrecorded");
    else older += 1;
  }
  for (const [table] of keptTables(database)) {
    const strays = `select distinct import as number from ${table} k
      where not exists (select 1 from import i where i.pk = k.import and ${isDone("i")})`;
    for (const { number } of database.all(strays)) {
      if (!broken.has(Number(number))) broken.set(Number(number), "unrecorded");
    }
  }
  const sorted = [...broken].toSorted(([one], [other]) => one - other);
  return { verified, older, broken: sorted.map(([number, reason]) => ({ number, reason })) };
};

const isAsTold = (database: Database, number: number, { count, sha256 }: Row): boolean => {
  const sum = sumOfKept(database, number);
  return sum.sha256 === sha256 && sum.count === Number(count);
};

import { WRITTEN_TABLES } from "../../versions/tables.ts";
import { summing, type VersionsSum } from "../../versions/sum.ts";
import type { AuditFindings, VersionsBreak } from "../findings.ts";
import { interruption } from "../../../errors/index.ts";
import type { Database, Row } from "../../store/sqlite/database.ts";
import { isMisfit } from "../../store/sqlite/storage-failure.ts";

/**
 * Returns the sum of a change's versions, once all of them are settled; undefined if it has none.
 *
 * @throws Failure `interrupted`
 */
export const sumIn = (database: Database, revision: number): VersionsSum | undefined => {
  const sum = summing(revision);
  let step = sum.next();
  while (step.done !== true) {
    if (database.isInterrupted()) throw interruption();
    step = sum.next(database.all(step.value.sql, step.value.params));
  }
  return step.value;
};

/** SQL: the members of a record `a` with the sum of its change; null if it has none. */
const SUM = ["count", "sha256"]
  .map(
    (name) =>
      `case when instr(a.record, '"versions":{') > 0 then a.record -> 'detail' -> 'versions' ->> '${name}' end as ${name}`,
  )
  .join(", ");

/** SQL: all changes, each with its sum as its record has it. */
const CHANGES = `select c.number, c.revision, a.seq, ${SUM} from change c left join audit a on a.seq = c.number order by c.number`;

/** SQL: the numbers of records with a sum. */
const WITH_SUM = `select seq from (select a.seq, ${SUM} from audit a) summed where sha256 is not null order by seq`;

/** SQL: finds versions that belong to no change. */
const STRAYS = WRITTEN_TABLES.map(
  (table) => `select 1 from ${table} v where not exists (select 1 from change c where c.revision = v.revision) limit 1`,
);

/** Verifies the versions of every change against the sums in the audit. Versions that cannot be read were altered. */
export const verifyVersions = (database: Database): NonNullable<AuditFindings["changes"]> => {
  const changes = readable(() => database.all(CHANGES)) ?? [];
  const known = new Set(changes.map(({ number }) => number));
  const broken = new Map<number | null, VersionsBreak>();
  let verified = 0;
  for (const change of changes) {
    const number = Number(change["number"]);
    if (change["seq"] === null) broken.set(number, "unrecorded");
    else if (readable(() => isAsRecorded(database, change)) !== true) broken.set(number, "altered");
    else if (change["sha256"] !== null) verified += 1;
  }
  for (const { seq = null } of database.all(WITH_SUM)) if (!known.has(seq)) broken.set(Number(seq), "missing");
  const strays = STRAYS.flatMap((sql) => readable(() => database.all(sql)) ?? []);
  if (strays.length > 0) broken.set(null, "unrecorded");
  return { verified, broken: [...broken].map(([number, reason]) => ({ number, reason })) };
};

const isAsRecorded = (database: Database, { revision = null, count = null, sha256 = null }: Row): boolean => {
  const sum = revision === null ? undefined : sumIn(database, Number(revision));
  return sum === undefined ? sha256 === null : sum.sha256 === sha256 && sum.count === count;
};

/** Returns what is read; undefined if a table is missing, or a value is one that clomoctl does not store. */
const readable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    // an integer that JavaScript does not have
    if (isMisfit(error) || error instanceof RangeError) return undefined;
    throw error;
  }
};

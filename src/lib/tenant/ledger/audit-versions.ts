import { CHANGE_TABLES } from "./version-tables.ts";
import { generateChecksum, type Checksum } from "./version-checksum.ts";
import type { AuditFindings } from "./audit-findings.ts";
import { createInterruptedFailure } from "../../errors/index.ts";
import type { Database, Row } from "../store/database.ts";
import { isDataMismatchError } from "../store/storage-failure.ts";

export const computeChecksum = (database: Database, revision: number): Checksum | undefined => {
  const sum = generateChecksum(revision);
  let step = sum.next();
  while (step.done !== true) {
    if (database.isInterrupted()) throw createInterruptedFailure();
    step = sum.next(database.all(step.value.sql, step.value.params));
  }
  return step.value;
};

const CHECKSUM_COLUMNS = ["count", "sha256"]
  .map(
    (name) =>
      `case when instr(a.record, '"versions":{') > 0 then a.record -> 'detail' -> 'versions' ->> '${name}' end as ${name}`,
  )
  .join(", ");

const SELECT_CHANGES = `select c.number, c.revision, a.seq, ${CHECKSUM_COLUMNS} from change c left join audit a on a.seq = c.number order by c.number`;

const SELECT_CHECKSUMS = `select seq from (select a.seq, ${CHECKSUM_COLUMNS} from audit a) summed where sha256 is not null order by seq`;

const SELECT_STRAY_VERSIONS = CHANGE_TABLES.map(
  (table) => `select 1 from ${table} v where not exists (select 1 from change c where c.revision = v.revision) limit 1`,
);

export const verifyVersions = (database: Database): NonNullable<AuditFindings["changes"]> => {
  const changes = database.all(SELECT_CHANGES);
  const known = new Set(changes.map(({ number }) => number));
  const broken: (number | null)[] = [];
  let verified = 0;
  for (const change of changes) {
    if (change["seq"] === null || !isChecksumMatch(database, change)) broken.push(Number(change["number"]));
    else if (change["sha256"] !== null) verified += 1;
  }
  for (const { seq = null } of database.all(SELECT_CHECKSUMS)) if (!known.has(seq)) broken.push(Number(seq));
  if (SELECT_STRAY_VERSIONS.some((sql) => database.get(sql) !== undefined)) broken.push(null);
  return { verified, broken };
};

const isChecksumMatch = (database: Database, { revision = null, count = null, sha256 = null }: Row): boolean => {
  try {
    const sum = revision === null ? undefined : computeChecksum(database, Number(revision));
    return sum === undefined ? sha256 === null : sum.sha256 === sha256 && sum.count === count;
  } catch (error) {
    if (isDataMismatchError(error) || error instanceof RangeError) return false;
    throw error;
  }
};

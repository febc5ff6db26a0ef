import SCHEMAS from "./schemas.json" with { type: "json" };
import { hash as hashOf } from "node:crypto";
import type { Database, Row } from "../store/database.ts";
import { SCHEMA_VERSION } from "./tenant-file.ts";
import { CHANGE_TABLES } from "./versions.ts";
import { computeChecksum } from "./version-checksum.ts";
import { isDataMismatchError } from "../store/storage-failure.ts";
import { runInWorker } from "../store/run-in-worker.ts";

export interface AuditVerificationOptions {
  /** a hash from outside the log, which one of the records must have */
  readonly head?: string | undefined;
  readonly changes: boolean;
}

export interface ReplacedFindings {
  readonly records: number;
  /** number of the first record that was altered or removed, or of the `receive` whose records are missing */
  readonly broken: number | null;
  /** the group that contains the hash from outside: its size, and when the bundle that replaced it was received */
  readonly head: { readonly records: number; readonly receivedAt: string } | null;
}

export interface AuditFindings {
  /** false if another version of clomoctl created the schema; nothing else is verified then */
  readonly schema: boolean;
  readonly records: number;
  readonly last: { readonly seq: number; readonly hash: string } | null;
  /** number of the first record that was altered, moved, removed or added; null if the chain is intact */
  readonly broken: number | null;
  readonly headSeq: number | null;
  /** null if the chain is broken */
  readonly replaced: ReplacedFindings | null;
  readonly changes: {
    readonly verified: number;
    /** numbers of changes whose stored versions do not match their checksum; null for versions of no known change */
    readonly broken: readonly (number | null)[];
  } | null;
}

const BATCH_ROWS = 512;

const MAX_SEQ = Number.MAX_SAFE_INTEGER;

const HASH_LENGTH = 64;
const LINE_FEED = 0x0a;

/** SQL: a batch of audit records as bytes. Each record follows the previous hash, so no copy is needed for hashing. */
const SELECT_BATCH = `select count(*) as records, min(seq) as first, max(seq) as last,
    sum(typeof(record) <> 'text' or typeof(hash) <> 'text') as others,
    cast(:before || char(10) || string_agg(record || hash || char(10), '') as blob) as bytes
  from (select seq, record, hash from audit where seq > :after and seq <= ${MAX_SEQ} order by seq limit :rows) batch`;

const SELECT_ROWS = `select seq, record, hash from audit where seq > :after and seq <= ${MAX_SEQ} order by seq limit :rows`;

interface ChainProgress {
  readonly seq: number;
  readonly hash: string;
  readonly headSeq: number | null;
  /** true if a record may be that of a `receive` */
  readonly hasReceipt: boolean;
}

const RECEIPT_ACTION = '"action":"handover.receive"';

const buildRecordStart = (seq: number): string => `{"version":2,"seq":${seq},`;

const verifyBatch = (
  database: Database,
  { seq, hash, headSeq, hasReceipt }: ChainProgress,
  head: string | undefined,
): ChainProgress | undefined => {
  const row = database.get(SELECT_BATCH, { before: hash, after: seq, rows: BATCH_ROWS });
  const bytes = row?.["bytes"];
  if (!(bytes instanceof Uint8Array) || row?.["others"] !== 0) return undefined;
  if (Number(row["last"]) - seq !== Number(row["records"])) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let [at, found, before] = [seq, headSeq, hash];
  let from = 0;
  for (let start = hash.length + 1; start < text.length; at += 1) {
    const end = text.indexOf(LINE_FEED, start) - HASH_LENGTH;
    if (end < start) return undefined;
    const own = text.toString("latin1", end, end + HASH_LENGTH);
    const wanted = buildRecordStart(at + 1);
    const isNumbered = text.toString("latin1", start, start + wanted.length) === wanted;
    if (!isNumbered || hashOf("sha256", text.subarray(from, end)) !== own) return undefined;
    if (own === head) found = at + 1;
    before = own;
    from = end;
    start = end + HASH_LENGTH + 1;
  }
  if (at !== Number(row["last"])) return undefined;
  return { seq: at, hash: before, headSeq: found, hasReceipt: hasReceipt || text.includes(RECEIPT_ACTION) };
};

const isIntact = ({ seq, hash }: Pick<ChainProgress, "seq" | "hash">, { seq: own, record, hash: stored }: Row) =>
  own === seq + 1 &&
  typeof record === "string" &&
  record.startsWith(buildRecordStart(own)) &&
  hashOf("sha256", `${hash}\n${record}`) === stored;

const verifyRows = (database: Database, before: ChainProgress, head: string | undefined): ChainProgress => {
  let progress = before;
  for (const row of database.all(SELECT_ROWS, { after: before.seq, rows: BATCH_ROWS })) {
    if (!isIntact(progress, row)) break;
    const [seq, hash] = [progress.seq + 1, String(row["hash"])];
    const hasReceipt = progress.hasReceipt || String(row["record"]).includes(RECEIPT_ACTION);
    progress = { seq, hash, headSeq: hash === head ? seq : progress.headSeq, hasReceipt };
  }
  return progress;
};

/** Verifies the chain with constant memory. @param head hash that one of the records must have */
const verifyChain = (
  database: Database,
  head: string | undefined,
): Pick<AuditFindings, "records" | "last" | "broken" | "headSeq"> & Pick<ChainProgress, "hasReceipt"> => {
  let progress: ChainProgress = { seq: 0, hash: "", headSeq: null, hasReceipt: false };
  for (let before = -1; before !== progress.seq;) {
    before = progress.seq;
    progress = verifyBatch(database, progress, head) ?? verifyRows(database, progress, head);
  }
  const { seq, hash, ...found } = progress;
  const isWhole = database.count("select count(*) from audit") === seq;
  return { records: seq, last: seq === 0 ? null : { seq, hash }, broken: isWhole ? null : seq + 1, ...found };
};

/** SQL: the records of `receive` with what they say about the records that they replaced. */
const RECEIPTS_SQL = ["audit", "replaced_audit"]
  .map(
    (table) => `select hash as receipt, seq, at, record -> 'detail' -> 'replaced' as replaced from ${table}
      where instr(record, '${RECEIPT_ACTION}') > 0 and record -> 'detail' -> 'replaced' is not null`,
  )
  .join(" union all ");

const SELECT_MISMATCHES = `with told as (${RECEIPTS_SQL}), kept as (
    select r.receipt, min(r.seq) as seq, json_object('records', count(*),
      'first', (select f.hash from replaced_audit f where f.receipt = r.receipt order by f.seq limit 1),
      'last', (select l.hash from replaced_audit l where l.receipt = r.receipt order by l.seq desc limit 1)) as replaced
    from replaced_audit r group by r.receipt)
  select coalesce(k.seq, t.seq) as seq from told t full join kept k on k.receipt = t.receipt
  where t.replaced is not k.replaced order by 1 limit 1`;

const SELECT_HEAD_GROUP = `select count(*) as records, (select t.at from (${RECEIPTS_SQL}) t where t.receipt = r.receipt) as at
  from replaced_audit r where r.receipt in (select h.receipt from replaced_audit h where h.hash = :head) group by r.receipt`;

/** The chain of each group continues from a record of the log, because nothing replaces a change that was received. */
const verifyReplaced = (database: Database, head: string | undefined, hasReceipt: boolean): ReplacedFindings => {
  // without either, nothing needs a search of the whole log
  if (!hasReceipt && database.get("select 1 from replaced_audit limit 1") === undefined)
    return { records: 0, broken: null, head: null };
  let records = 0;
  let broken = database.get(SELECT_MISMATCHES)?.["seq"] ?? null;
  let last = { receipt: "", seq: 0, hash: "" };
  for (const row of database.iterate("select receipt, seq, record, hash from replaced_audit order by receipt, seq")) {
    const [receipt, seq] = [String(row["receipt"]), Number(row["seq"])];
    const previous = database.get("select hash from audit where seq = :seq", { seq: seq - 1 });
    const before = receipt === last.receipt ? last : { seq: seq - 1, hash: String(previous?.["hash"]) };
    if (isIntact(before, row)) records += 1;
    else broken ??= seq;
    last = { receipt, seq, hash: String(row["hash"]) };
  }
  const group = head === undefined ? undefined : database.get(SELECT_HEAD_GROUP, { head });
  return {
    records,
    broken: broken === null ? null : Number(broken),
    head: group === undefined ? null : { records: Number(group["records"]), receivedAt: String(group["at"]) },
  };
};

export interface AuditTask extends AuditVerificationOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

export const hashSchema = (database: Database): string =>
  hashOf(
    "sha256",
    JSON.stringify(database.all("select type, name, tbl_name, sql from sqlite_schema order by type, name")),
  );

export const verifyOnConnection = (database: Database, { head, changes }: AuditVerificationOptions): AuditFindings =>
  database.snapshot(() => {
    const version = database.count("pragma user_version");
    const schema = hashSchema(database) === (SCHEMAS as Readonly<Record<string, string>>)[version];
    if (!schema) return { schema, records: 0, last: null, broken: null, headSeq: null, replaced: null, changes: null };
    const { hasReceipt, ...chain } = verifyChain(database, head);
    // an earlier schema has versions with different columns, which cannot be verified
    const isVerified = changes && chain.broken === null && version === SCHEMA_VERSION;
    const replaced =
      chain.broken === null && version === SCHEMA_VERSION ? verifyReplaced(database, head, hasReceipt) : null;
    return { schema, ...chain, replaced, changes: isVerified ? verifyVersions(database) : null };
  });

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

const verifyVersions = (database: Database): NonNullable<AuditFindings["changes"]> => {
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

/** Runs in a thread, so that signals can interrupt it. @throws Failure `interrupted`, `unexpected` */
export const verifyAudit = async (
  { path, isReadOnly: readOnly }: Database,
  question: AuditVerificationOptions,
  signal: AbortSignal | undefined,
): Promise<AuditFindings> => {
  const task: AuditTask = { path, readOnly, ...question };
  return runInWorker("./audit-worker", import.meta.url, task, signal);
};

import SCHEMAS from "../../store/sqlite/schemas.json" with { type: "json" };
import { createHash, hash as hashOf } from "node:crypto";
import type { AuditFindings, AuditVerificationOptions } from "../findings.ts";
import type { Database, Row } from "../../store/sqlite/database.ts";
import { SCHEMA_VERSION } from "../../store/sqlite/migrations.ts";
import { verifyVersions } from "./versions.ts";

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
}

const buildRecordStart = (seq: number): string => `{"version":2,"seq":${seq},`;

const verifyBatch = (
  database: Database,
  { seq, hash, headSeq }: ChainProgress,
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
    if (hashOf("sha256", text.subarray(from, end)) !== own || !hasRecordNumber(text, start, at + 1)) return undefined;
    if (own === head) found = at + 1;
    before = own;
    from = end;
    start = end + HASH_LENGTH + 1;
  }
  return at === Number(row["last"]) ? { seq: at, hash: before, headSeq: found } : undefined;
};

const hasRecordNumber = (text: Buffer, start: number, seq: number): boolean => {
  const wanted = buildRecordStart(seq);
  return text.toString("latin1", start, start + wanted.length) === wanted;
};

const isIntact = ({ seq, hash }: ChainProgress, { seq: own, record, hash: stored }: Row): boolean =>
  own === seq + 1 &&
  typeof record === "string" &&
  record.startsWith(buildRecordStart(own)) &&
  hashOf("sha256", `${hash}\n${record}`) === stored;

const verifyRows = (database: Database, before: ChainProgress, head: string | undefined): ChainProgress => {
  let progress = before;
  for (const row of database.all(SELECT_ROWS, { after: before.seq, rows: BATCH_ROWS })) {
    if (!isIntact(progress, row)) break;
    const [seq, hash] = [progress.seq + 1, String(row["hash"])];
    progress = { seq, hash, headSeq: hash === head ? seq : progress.headSeq };
  }
  return progress;
};

/** Verifies the chain with constant memory. @param head hash that one of the records must have */
const verifyChain = (
  database: Database,
  head: string | undefined,
): Pick<AuditFindings, "records" | "last" | "broken" | "headSeq"> => {
  let progress: ChainProgress = { seq: 0, hash: "", headSeq: null };
  for (let before = -1; before !== progress.seq;) {
    before = progress.seq;
    progress = verifyBatch(database, progress, head) ?? verifyRows(database, progress, head);
  }
  const { seq, hash, headSeq } = progress;
  const isWhole = database.count("select count(*) from audit") === seq;
  return { records: seq, last: seq === 0 ? null : { seq, hash }, broken: isWhole ? null : seq + 1, headSeq };
};

export interface AuditTask extends AuditVerificationOptions {
  readonly path: string;
  readonly readOnly: boolean;
}

export const hashSchema = (database: Database): string =>
  createHash("sha256")
    .update(JSON.stringify(database.all("select type, name, tbl_name, sql from sqlite_schema order by type, name")))
    .digest("hex");

export const verifyOnConnection = (database: Database, { head, changes }: AuditVerificationOptions): AuditFindings =>
  database.snapshot(() => {
    const version = database.count("pragma user_version");
    const schema = hashSchema(database) === (SCHEMAS as Readonly<Record<string, string>>)[version];
    if (!schema) return { schema, records: 0, last: null, broken: null, headSeq: null, changes: null };
    const chain = verifyChain(database, head);
    // an earlier schema has versions with different columns, which cannot be verified
    const isVerified = changes && chain.broken === null && version === SCHEMA_VERSION;
    return { schema, ...chain, changes: isVerified ? verifyVersions(database) : null };
  });

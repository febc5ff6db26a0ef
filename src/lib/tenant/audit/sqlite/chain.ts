import { hash as hashOf } from "node:crypto";
import type { AuditFindings, Break } from "../findings.ts";
import type { Database } from "../../store/sqlite/database.ts";

/** The rows of one statement: enough that its own cost is small, few enough to hold in memory. */
const AT_ONCE = 512;

/** The last number that a record may have. */
const MOST = Number.MAX_SAFE_INTEGER;

const HASH_LENGTH = 64;
const LINE_FEED = 0x0a;

/** SQL: records with their hashes, each behind the hash before it, as the bytes of which the hashes are made. */
const BATCH = `select count(*) as records, min(seq) as first, max(seq) as last,
    sum(typeof(record) <> 'text' or typeof(hash) <> 'text') as others,
    cast(:before || char(10) || string_agg(record || hash || char(10), '') as blob) as bytes
  from (select seq, record, hash from audit where seq > :after and seq <= ${MOST} order by seq limit :rows) batch`;

const ROWS = `select seq, record, hash from audit where seq > :after and seq <= ${MOST} order by seq limit :rows`;

/** SQL: the number of a record before the first one; of a record that no number of ours reaches, that it is there. */
const STRAY = `select max(seq, ${-MOST}) as seq from audit where seq < 1 order by seq desc limit 1`;
const BEYOND = `select 1 from audit where seq > ${MOST} limit 1`;

/** How far a chain was verified. */
interface Progress {
  /** the last record that stands, and its hash; 0 and empty before the first one */
  readonly seq: number;
  readonly hash: string;
  /** of the record with the hash that is looked for */
  readonly headSeq: number | null;
}

/** What the text of a record begins with. */
const beginning = (seq: number): string => `{"version":2,"seq":${seq},`;
const NUMBERED = /^\{"version":2,"seq":\d+,/;

/** The next records, if all of them stand as they were written: hashed where they lie. */
const passWhole = (
  database: Database,
  { seq, hash, headSeq }: Progress,
  head: string | undefined,
): Progress | undefined => {
  const row = database.get(BATCH, { before: hash, after: seq, rows: AT_ONCE });
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
    if (hashOf("sha256", text.subarray(from, end)) !== own || !isNumbered(text, start, at + 1)) return undefined;
    if (own === head) found = at + 1;
    before = own;
    from = end;
    start = end + HASH_LENGTH + 1;
  }
  return at === Number(row["last"]) ? { seq: at, hash: before, headSeq: found } : undefined;
};

const isNumbered = (text: Buffer, start: number, seq: number): boolean => {
  const wanted = beginning(seq);
  return text.toString("latin1", start, start + wanted.length) === wanted;
};

/** What is wrong with a record that follows another one. */
const breakOf = ({ seq, hash }: Progress, row: ReturnType<Database["all"]>[number]): Break | undefined => {
  const { record } = row;
  if (Number(row["seq"]) !== seq + 1) return "missing";
  if (typeof record !== "string") return "altered";
  if (!record.startsWith(beginning(seq + 1))) return NUMBERED.test(record) ? "moved" : "altered";
  return hashOf("sha256", `${hash}\n${record}`) === row["hash"] ? undefined : "altered";
};

/** The same records one by one. @returns how far they stand, and what is wrong with the next one */
const passEach = (database: Database, before: Progress, head: string | undefined): [Progress, Break | undefined] => {
  let progress = before;
  for (const row of database.all(ROWS, { after: before.seq, rows: AT_ONCE })) {
    const reason = breakOf(progress, row);
    if (reason !== undefined) return [progress, reason];
    const [seq, hash] = [progress.seq + 1, String(row["hash"])];
    progress = { seq, hash, headSeq: hash === head ? seq : progress.headSeq };
  }
  return [progress, undefined];
};

/**
 * Verifies the chain of records, from the first to the last or to the one that breaks it. Memory does not grow with their
 * number.
 *
 * @param head a hash that one of them must have
 */
export const verifyChain = (
  database: Database,
  head: string | undefined,
): Pick<AuditFindings, "records" | "last" | "broken" | "headSeq"> => {
  const end = database.count(`select coalesce(max(seq), 0) from audit where seq <= ${MOST}`);
  let progress: Progress = { seq: 0, hash: "", headSeq: null };
  const findings = (reason?: Break, at = progress.seq + 1) => {
    const { seq, hash, headSeq } = progress;
    const broken = reason === undefined ? null : { seq: at, reason };
    return { records: seq, last: seq === 0 ? null : { seq, hash }, broken, headSeq };
  };
  while (progress.seq < end) {
    const whole = passWhole(database, progress, head);
    if (whole !== undefined) {
      progress = whole;
      continue;
    }
    const [passed, reason] = passEach(database, progress, head);
    progress = passed;
    if (reason !== undefined) return findings(reason);
  }
  const stray = database.get(STRAY);
  if (stray !== undefined) return findings("stray", Number(stray["seq"]));
  return findings(database.get(BEYOND) === undefined ? undefined : "missing");
};

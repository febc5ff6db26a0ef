import { operation } from "./operation.ts";
import type { Lines } from "../ledger/lists.ts";
import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import type { AuditEntry } from "../ledger/audit-rows.ts";
import { findAuditRecord, readAuditLines, type AuditFilter } from "../ledger/audit-records.ts";

type AuditValues = Readonly<Record<string, unknown>>;

/** `hash` is the SHA-256 of the previous hash, a line feed and the exact text of the record. */
export interface AuditRecord {
  readonly seq: number;
  readonly hash: string;
  /** the stored text if the record was altered and is no longer valid */
  readonly record: AuditContent | string;
}

interface AuditContent extends Omit<AuditEntry, "origin" | "before" | "after" | "detail"> {
  readonly version: number;
  readonly seq: number;
  readonly origin: AuditValues;
  readonly before?: AuditValues;
  readonly after?: AuditValues;
  readonly detail?: AuditValues;
}

export interface AuditQuery extends AuditFilter {
  readonly replaced?: boolean | undefined;
  readonly limit?: number | undefined;
}

export const checkAuditValue = async (name: string, type: "instant" | "digest", value: unknown): Promise<void> => {
  if (value !== undefined) (await import("../ledger/records.ts")).checkFieldValue(name, { type }, value);
};

const PAGE_SIZE = 1000;

/** Reads pages instead of a stream of the store, because such a stream cannot start with the newest record. */
async function* generateLines(
  session: Session,
  { replaced = false, ...filter }: AuditQuery,
  limit: number,
): AsyncGenerator<Uint8Array> {
  for (let [before, left] = [Number.MAX_SAFE_INTEGER, limit]; left > 0; left -= PAGE_SIZE) {
    const page = { replaced, before, limit: Math.min(left, PAGE_SIZE) };
    const lines = await session.read((reader) => readAuditLines(reader, filter, page));
    if (lines.length > 0) yield Buffer.from(lines.map(({ line }) => line).join(""));
    if (lines.length < page.limit) return;
    before = lines.at(-1)?.key ?? 0;
  }
}

export const listAuditRecords = async (
  session: Session,
  { limit = Infinity, ...filter }: AuditQuery,
): Promise<Lines<AuditRecord>> => {
  await checkAuditValue("since", "instant", filter.since);
  await checkAuditValue("until", "instant", filter.until);
  const lines = generateLines(session, filter, limit);
  // an error on the first page must fail the request before the response begins
  const first = await lines.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value;
    yield* lines;
  }
  return ReadableStream.from(all());
};

export const getAuditRecord = async (session: Session, seq: number): Promise<AuditRecord> => {
  const json = await session.read((reader) => findAuditRecord(reader, seq));
  if (json !== undefined) return JSON.parse(json) as AuditRecord;
  throw new Failure("not-found", {
    what: text(`the audit log has no record ${seq}`, `監査ログに ${seq} 番の記録はありません`),
    hint: step("to list all records", "監査ログの一覧", line("audit list", [])),
  });
};

export const audit = {
  list: operation({
    route: "GET /v1/audit",
    about: "List audit records, newest first",
    input: ({ z, Instant, queryFlag }) =>
      z.strictObject({
        replaced: queryFlag.optional().meta({ description: "true: the records that a received bundle replaced" }),
        since: Instant.optional(),
        until: Instant.optional().meta({ description: "only records before this instant" }),
        actor: z.string().min(1).optional().meta({ description: "part of the actor's name" }),
        action: z.string().min(1).optional().meta({
          description:
            "part of the action; create, update and delete also find imports that did so, delete also removals",
        }),
        limit: z.coerce.number().int().min(1).optional(),
      }),
    needs: ["audit.read"],
    result: "lines",
    run: ({ session }, query) => listAuditRecords(session, query),
  }),
  verify: operation({
    route: "GET /v1/audit/verify",
    about: "Verify that no audit record was altered, removed or moved",
    input: ({ z, Sha256, queryFlag }) =>
      z.strictObject({
        head: Sha256.optional().meta({ description: "hash of an audit record that was kept elsewhere" }),
        changes: queryFlag.meta({ description: "true: also verify the versions that are kept for undo and history" }),
      }),
    needs: ["audit.verify"],
    isLong: true,
    run: async ({ verifyAudit }, { head, changes = false }, { signal }) => {
      await checkAuditValue("head", "digest", head);
      return verifyAudit({ head, changes }, signal);
    },
  }),
  show: operation({
    route: "GET /v1/audit/{seq}",
    about: "Get one audit record",
    path: ({ z }) => ({ seq: z.coerce.number().int().positive() }),
    needs: ["audit.read"],
    run: ({ session }, _, { seq }) => getAuditRecord(session, seq),
  }),
};

export type { AuditFindings as AuditVerification } from "../ledger/audit-verify.ts";

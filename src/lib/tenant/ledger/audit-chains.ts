import type { CopyRelation, LocalRecords } from "../../model/tenant-file.ts";
import { TENANT_CHANGED_FAILURE } from "../store/storage-failure.ts";
import type { Database } from "../store/database.ts";

/** Actions that write no data, or only data that bundles do not contain. */
const UNBUNDLED_ACTIONS = `handover.export handover.receive users.export secured.export access-tokens.create
  access-tokens.revoke sessions.create sessions.end accounts.reset-password accounts.send-code accounts.void-code
  ade.keypair`.split(/\s+/);

const IS_BUNDLED_ACTION_SQL = `not (coalesce(record ->> 'action', '') in (${UNBUNDLED_ACTIONS.map((action) => `'${action}'`).join(", ")}))`;

const findCommonRecord = (database: Database) =>
  database.get(
    `select l.seq, l.record ->> 'at' as at from main.audit l join received.audit r on r.seq = l.seq and r.hash = l.hash
     order by l.seq desc limit 1`,
  );

const describeLocalRecords = (database: Database, seq: number, which = "true"): LocalRecords | null => {
  const actions = database.all<LocalRecords["actions"][number]>(
    `select coalesce(action, '') as action, count(*) as records from main.audit where seq > :seq and ${which}
     group by action order by records desc, action`,
    { seq },
  );
  const ends = database.get(
    `select (select hash from main.audit where seq > :seq order by seq limit 1) as first,
       (select hash from main.audit order by seq desc limit 1) as last`,
    { seq },
  );
  const records = actions.reduce((sum, one) => sum + one.records, 0);
  return records === 0 ? null : { records, first: String(ends?.["first"]), last: String(ends?.["last"]), actions };
};

export const compareAuditChains = (database: Database): CopyRelation => {
  if (database.count("select count(*) from main.audit") + database.count("select count(*) from main.change") === 0)
    return { kind: "empty" };
  const common = findCommonRecord(database);
  if (common === undefined) return { kind: "other" };
  const [seq, since] = [Number(common["seq"]), String(common["at"])];
  const changes = database.count(`select count(*) from received.audit where seq > ${seq} and ${IS_BUNDLED_ACTION_SQL}`);
  const changed = describeLocalRecords(database, seq, IS_BUNDLED_ACTION_SQL);
  if (changes === 0) return { kind: changed === null ? "same" : "older" };
  if (changed !== null) return { kind: "diverged", since, local: changed };
  return { kind: "forward", changes, since, local: describeLocalRecords(database, seq) };
};

/** Also ends the credentials that the replaced records created. They are found by name, because a clock can go back. */
const REPLACE_RECORDS_SQL = [
  `insert into received.replaced_audit (receipt, seq, record, hash)
   select m.receipt, m.seq, m.record, m.hash from main.replaced_audit m where not exists
     (select 1 from received.replaced_audit k where k.receipt = m.receipt and k.seq = m.seq) order by m.pk`,
  `insert into received.replaced_audit (receipt, seq, record, hash)
   select r.hash, l.seq, l.record, l.hash from main.audit l, received.audit r
   where l.seq > :seq and r.seq = (select max(seq) from received.audit) order by l.seq`,
  `delete from received.credential as c where c.createdAt > :since or exists (
     select 1 from main.audit l join received.user u on u.id = l.record -> 'objects' -> 0 ->> 'id'
     where l.seq > :seq and u.pk = c.user and (l.action = 'sessions.create' and c.kind = 'session'
       or l.action = 'access-tokens.create' and c.kind = 'token' and c.name = l.record -> 'detail' ->> 'token'))`,
];

/**
 * Keeps the audit records of this tenant that the received one lacks beside its audit log, and ends the credentials that
 * they made. The last record of the received tenant has their number and hashes. @throws Failure `conflict`
 */
export const keepReplacedRecords = (database: Database, local: LocalRecords | null): void => {
  const { seq = null, at: since = null } = findCommonRecord(database) ?? {};
  const receipt = database.get(
    "select record -> 'detail' -> 'replaced' as replaced from received.audit order by seq desc limit 1",
  );
  const replaced = local && JSON.stringify({ records: local.records, first: local.first, last: local.last });
  if ((receipt?.["replaced"] ?? null) !== replaced) throw TENANT_CHANGED_FAILURE;
  for (const sql of REPLACE_RECORDS_SQL) database.run(sql, { seq, since });
};

import type { Database } from "../database.ts";

/**
 * The step that makes one text of each record of the audit: what its hash was made of. From then on none is changed or
 * deleted, and the next one follows the last.
 */

const TABLE = `
  alter table audit rename to audit_columns;
  create table audit (
    seq integer primary key, record text not null, hash text not null,
    at text generated always as (case when json_valid(record) then record ->> 'at' end) virtual,
    actor text generated always as (case when json_valid(record) then record ->> 'actor' end) virtual,
    action text generated always as (case when json_valid(record) then record ->> 'action' end) virtual);
`;

const RULES = `
  drop table audit_columns;
  create index audit_at on audit (at);
  create trigger audit_append before insert on audit when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, 'a record of the audit follows the last one'); end;
  create trigger audit_update before update on audit
    begin select raise(abort, 'records of the audit never change'); end;
  create trigger audit_delete before delete on audit
    begin select raise(abort, 'records of the audit are never deleted'); end;
`;

/** Records that are read at once. */
const AT_ONCE = 2_000;

/** The text of a record as it was written then: its detail is stored as JSON already. */
const textOf = ({ at, actor, action, subject, detail }: ReturnType<Database["all"]>[number]): string =>
  `${JSON.stringify({ at, actor, action, subject }).slice(0, -1)},"detail":${String(detail)}}`;

export const recordsOfAudit = (database: Database): void => {
  database.exec(TABLE);
  const read = "select * from audit_columns where seq > :after order by seq limit :rows";
  for (let after = 0; ;) {
    const rows = database.all(read, { after, rows: AT_ONCE });
    for (const row of rows) {
      const { seq = 0, hash = "" } = row;
      database.run("insert into audit (seq, record, hash) values (:seq, :record, :hash)", {
        seq,
        record: textOf(row),
        hash,
      });
    }
    if (rows.length < AT_ONCE) break;
    after = Number(rows.at(-1)?.["seq"]);
  }
  database.exec(RULES);
};

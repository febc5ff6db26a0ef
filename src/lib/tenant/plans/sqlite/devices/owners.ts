import { USER } from "../../../../model/user.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildMatchesGlobSql, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import { buildIsKnownSql, buildRowKeysSql, isStaged } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { replaceCells } from "../matching/spelling.ts";
import type { PlanDefinition } from "../stored-kind.ts";

const MAX_CANDIDATES = 3;

/** Replaces owners that a list names by employee code, account or name with their addresses, if only one has it. */
export const resolveOwners = (database: Database, plan: PlanDefinition): void => {
  const { kind, request } = plan;
  const owner = kind.references.find(({ refers }) => refers.to === USER.name);
  if (owner === undefined || request.fromConsole === true || !isStaged(plan, owner.field)) return;
  database.exec("drop table if exists s.owner_name");
  database.exec("drop table if exists s.owner_found");
  database.exec("create table s.owner_name (loose text, key text, primary key (loose, key)) without rowid");
  database.exec("create table s.owner_found (key text, pk integer, primary key (key, pk)) without rowid");
  const unknown = database.run(
    `insert into s.owner_name select loose_code(f.value), f.key from s.refer f
     where f.what = '${owner.field.short}' and not ${buildIsKnownSql(owner, "f.key")}`,
  );
  if (unknown === 0) return;
  const isNumber = `not ${buildMatchesGlobSql("u.employeeCode", "'*[^0-9]*'")}`;
  database.exec(`insert into s.owner_found select n.key, u.pk from user u ${ORDERED_JOIN} s.owner_name n
    on n.loose in (loose_code(u.name), loose_code(u.employeeCode), loose_code(u.accountName),
      case when ${isNumber} then ltrim(u.employeeCode, '0') end) where true on conflict do nothing`);
  const found = `from s.row r ${ORDERED_JOIN} s.owner_found n on n.key = ${buildRowKeysSql(owner.field)} join user u on u.pk = n.pk`;
  const names = `(select string_agg(label, ', ') from (select c.name || ' <' || (c.emails ->> 0) || '>' as label
    from s.owner_found o join user c on c.pk = o.pk where o.key = n.key order by c.pk limit ${MAX_CANDIDATES}))`;
  recordFinding(database, plan, {
    code: "owner-ambiguous",
    field: owner.field.field,
    select: `select r.row, r.line, null as col, json_object('count', count(*), 'records', ${names}) as params
      ${found} group by r.row having count(*) > 1`,
  });
  const address = `select r.row, u.emails ->> 0, u.emailKeys ->> 0 ${found} group by r.row having count(*) = 1`;
  replaceCells(database, plan, owner.field, (insert) => insert(`select * from (${address}) where true`));
};

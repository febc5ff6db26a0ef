import { ORG } from "../../nouns/organisation.ts";
import type { Role } from "../../nouns/account.ts";
import { USER } from "../../nouns/user.ts";
import { ACCOUNT_LABEL_SQL, IS_ABOVE_OPERATOR_SQL, createSystemOnlyFailure } from "../ledger/account-rows.ts";
import { belongsToOrg, buildRecordOrgSql } from "../ledger/scope.ts";
import type { Database, Row } from "../store/database.ts";
import { buildReferenceJoinsSql, buildResultSql, recordColumn, IS_VALID_ROW_SQL } from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import type { PlanDefinition } from "./stored-kind.ts";

const findRowsOutsideScope = (database: Database, plan: PlanDefinition): void => {
  const { thing, fields, name } = plan.kind;
  if (thing === ORG || !belongsToOrg(thing)) return;
  const place = buildRecordOrgSql(thing, (column) => {
    const found = fields.find(({ stored }) => stored === column);
    return found === undefined ? `t."${column}"` : buildResultSql(plan, found);
  });
  const org = fields.find(({ refers }) => refers?.to === ORG.name)?.field;
  recordFinding(database, plan, {
    code: "org-outside",
    field: org,
    select: `
      select r.row, r.line, null as col, json_object('of', :noun) as params
      from s.row r left join s.match m on m.row = r.row left join ${thing.name} t on t.pk = m.target ${buildReferenceJoinsSql(plan)}
      where ${IS_VALID_ROW_SQL} and coalesce(m.changed, 1) <> 0
        and not exists (select 1 from temp.scope_org h where h.pk = ${place}) order by r.row`,
    params: { kind: name, noun: thing.noun ?? thing.name },
  });
};

/** @see facts 2.1 */
const findPrivilegedChanges = (database: Database, plan: PlanDefinition): void => {
  const { thing, keys, namedBy } = plan.kind;
  if (thing !== USER) return;
  // an account that changes a more privileged user's email address could take over that user's account
  recordFinding(database, plan, {
    code: "administrator-above",
    field: keys[0].field,
    select: `select r.row, r.line, null as col, json_object('name', ${recordColumn(namedBy)}) as params from s.match m
      join s.row r on r.row = m.row join user t on t.pk = m.target join main.user u on u.pk = m.target
      left join main.account a on a.user = u.pk where ${IS_VALID_ROW_SQL} and m.changed <> 0 and ${IS_ABOVE_OPERATOR_SQL} order by r.row`,
  });
};

export const PRIVILEGED_USER_COLUMNS = `${ACCOUNT_LABEL_SQL} as called, a.role`;

export const refusePrivilegedUser = (found: Row | undefined): void => {
  if (found === undefined) return;
  const { called, role } = found;
  throw createSystemOnlyFailure({ called: String(called ?? ""), role: (role ?? "none") as Role });
};

/** @see facts 2.1 */
export const refusePrivilegedChanges = (database: Database, { kind }: PlanDefinition): void => {
  if (kind.thing !== USER) return;
  const found = database.get(
    `select ${PRIVILEGED_USER_COLUMNS} from s.match m join s.row r on r.row = m.row
       join main.user u on u.pk = m.target left join main.account a on a.user = u.pk
     where ${IS_VALID_ROW_SQL} and m.changed <> 0 and ${IS_ABOVE_OPERATOR_SQL} order by r.row limit 1`,
  );
  refusePrivilegedUser(found);
};

export const findScopeProblems = (database: Database, plan: PlanDefinition): void => {
  if (plan.request.scope === undefined) return;
  findRowsOutsideScope(database, plan);
  findPrivilegedChanges(database, plan);
};

import { codeKey } from "../../../../model/normalise.ts";
import type { Database } from "../database.ts";
import type { CommitContext } from "./commit-context.ts";
import type { PlanSql } from "./expressions.ts";
import { lastNumber } from "./last-number.ts";

/** An organisation as the undoing of an import needs it. */
const ORG_AS_JSON = `json_object('id', t.id, 'name', t.name, 'code', t.code, 'codeKey', t.codeKey, 'parent', t.parent,
  'createdAt', t.createdAt, 'updatedAt', t.updatedAt, 'revision', t.revision)`;

const VALID_ROW = "a.row not in (select row from s.invalid)";

/** Applies a plan of organisations: codes are given back first, so that swaps pass; parents come before their children. */
export const commitOrgs = (database: Database, plan: PlanSql, context: CommitContext): void => {
  database.run(
    `insert into import_change select :import, 'org', t.pk, 'update', ${ORG_AS_JSON}
     from s.match m join org t on t.pk = m.target where m.changed <> 0 and m.row not in (select row from s.invalid)`,
    { ...context },
  );
  if (plan.request.mode === "replace") {
    database.run(
      `insert into import_change select :import, 'org', t.pk, 'delete', ${ORG_AS_JSON}
       from s.gone g join org t on t.pk = g.target`,
      { ...context },
    );
    database.exec("delete from org where pk in (select target from s.gone)");
  }
  database.exec(
    "update org set code = null, codeKey = null where pk in (select target from s.match where changed <> 0)",
  );
  const base = lastNumber(database, "org");
  const after = database.all(
    `select a.*, m.target, m.changed from s.org_after a left join s.match m on m.row = a.row where ${VALID_ROW} order by a.row`,
  );
  for (const row of after) {
    if (row["target"] !== null && row["changed"] === 0) continue;
    const parent = row["parentOrg"] ?? Number(row["parentRow"]) + base;
    const code = row["code"] ?? null;
    const values = {
      ...context,
      pk: row["target"] ?? Number(row["row"]) + base,
      name: row["name"] ?? null,
      code,
      codeKey: code === null ? null : codeKey(String(code)),
      parent,
      id: context.idPrefix + Number(row["row"]).toString(16).padStart(12, "0"),
    };
    database.run(row["target"] === null ? INSERT : UPDATE, values);
  }
};

const INSERT = `insert into org (pk, id, parent, name, code, codeKey, createdAt, updatedAt, revision)
  values (:pk, :id, :parent, :name, :code, :codeKey, :now, :now, :revision)`;

const UPDATE = `update org set parent = :parent, name = :name, code = :code, codeKey = :codeKey, updatedAt = :now,
  revision = :revision where pk = :pk`;

import type { SQLOutputValue } from "node:sqlite";
import { changedFields } from "../../../../imports/kind.ts";
import type { PlanRow } from "../../../../contract/index.ts";
import type { Database, Row } from "../database.ts";
import { ROOT_ORG_PK } from "../migrations.ts";
import { isLacking } from "./commit.ts";
import { hasSecrets } from "./compare.ts";
import { keyField } from "./findings.ts";
import { orgPlaces, type OrgPlace } from "./org-places.ts";
import { isTouched, joinOrg, name, storeColumn, valueForExisting, valueForNew, type PlanSql } from "./expressions.ts";

type Action = PlanRow["action"];

/** Which rows of a plan are asked for. */
export interface RowQuery {
  /** all where it is empty */
  readonly actions: readonly Action[];
  readonly limit?: number;
  /** PANEL administrators whom the file lacks are deletions too: no import deletes them, the console may have */
  readonly administratorsToo?: boolean;
}

const ACTION = `case when r.row in (select row from s.invalid) then 'invalid' when m.row is null then 'create'
  when m.changed <> 0 then 'update' else 'unchanged' end`;

/** SQL: the values a row arrives at, as a JSON object by field. */
const afterJson = (plan: PlanSql): string => {
  const pairs = plan.kind.fields.map((field) => {
    const existing = isTouched(plan, field) ? valueForExisting(plan, field) : `t.${name(storeColumn(field))}`;
    const value = `iif(m.row is null, ${valueForNew(plan, field)}, ${existing})`;
    if (field.meeting !== "org") return `'${field.field}', ${value}`;
    const code = `(select code from org where pk = ${value})`;
    // an organisation that the import makes is not there yet
    return `'${field.field}', ${plan.staged.staged.includes(field.field) ? `coalesce(${code}, r."orgCode")` : code}`;
  });
  return `json_object(${pairs.join(", ")})`;
};

/** The row's key as the file has it; null where the file has no such column. */
const keyOf = (plan: PlanSql): string => {
  const staged = (field: string): string => (plan.staged.staged.includes(field) ? `r.${name(field)}` : "null");
  if (plan.kind.entity === "org") return `coalesce(${staged("code")}, ${staged("name")})`;
  const key = staged(keyField(plan));
  return keyField(plan) === "emails" ? `(${key} ->> 0)` : key;
};

const stagedRows = (plan: PlanSql): string => {
  const secrets = hasSecrets(plan) ? "r.secrets is not null" : "0";
  const isOrg = plan.kind.entity === "org";
  const after = isOrg ? "json_object('name', a.name, 'code', a.code)" : afterJson(plan);
  const joins = isOrg ? "left join s.org_after a on a.row = r.row" : joinOrg(plan);
  return `select r.row, r.line, ${keyOf(plan)} as key, ${ACTION} as action, coalesce(m.changed, 0) as changed,
      ${secrets} as secret, m.row is not null as met, ${after} as after
    from s.row r left join s.match m on m.row = r.row left join ${plan.kind.entity} t on t.pk = m.target ${joins}
    where :all or ${ACTION} in (select value from json_each(:actions)) order by r.row`;
};

const whichDeleted = (plan: PlanSql, administratorsToo: boolean): string => {
  if (plan.kind.entity === "org") return "t.pk in (select target from s.gone)";
  if (plan.kind.entity === "user" && administratorsToo) return "t.pk not in (select target from s.match)";
  return isLacking(plan, "t");
};

const deletedRows = (plan: PlanSql, administratorsToo: boolean): string => {
  const { entity } = plan.kind;
  const key = { user: "(t.emails ->> 0)", secured_user: "t.userId", org: "coalesce(t.code, t.name)" }[entity];
  const after = `json_object('name', t.${entity === "secured_user" ? "displayName" : "name"})`;
  return `select 0 as row, 0 as line, ${key} as key, 'delete' as action, 0 as changed, 0 as secret, 1 as met,
    ${after} as after from ${entity} t where ${whichDeleted(plan, administratorsToo)} order by t.pk`;
};

const listOrText = (plan: PlanSql, field: string, value: SQLOutputValue | undefined): string | string[] | null => {
  if (value === null || value === undefined) return null;
  const { meeting } = plan.kind.fields.find((known) => known.field === field) ?? {};
  return meeting === "list" ? (JSON.parse(String(value)) as string[]) : String(value);
};

/** What the rows of a plan are made of beside their own line. */
interface Beside {
  readonly customNames: ReadonlyMap<string, string>;
  readonly places: ReadonlyMap<number, OrgPlace>;
}

const planRow = (plan: PlanSql, row: Row, { customNames, places }: Beside): PlanRow => {
  const place = places.get(Number(row["row"]));
  const after = JSON.parse(String(row["after"])) as Record<string, SQLOutputValue>;
  const custom = after["custom"] === undefined ? {} : (JSON.parse(String(after["custom"])) as Record<string, string>);
  const number = (value: SQLOutputValue | undefined): number => Number(value ?? 0);
  return {
    row: number(row["row"]),
    line: number(row["line"]),
    key: row["key"] === null ? "" : String(row["key"]),
    action: row["action"] as Action,
    changed: [...changedFields(plan.kind, number(row["changed"]))],
    setsSecret: row["secret"] === 1,
    exists: row["met"] === 1,
    after: [
      ...Object.entries(after)
        .filter(([field]) => field !== "custom")
        .map(([field, value]) => ({ field, value: listOrText(plan, field, value) })),
      ...(place === undefined
        ? []
        : Object.entries(place).map(([field, value]) => ({ field, value: value as string | null }))),
      ...Object.entries(custom).map(([id, value]) => ({ field: `custom:${customNames.get(id) ?? id}`, value })),
    ],
  };
};

/** The lines of a plan: rows in the file's order, then the records that would be deleted. */
export function* planRows(database: Database, plan: PlanSql, query: RowQuery): Generator<PlanRow> {
  const params = {
    all: query.actions.length === 0 ? 1 : 0,
    actions: JSON.stringify(query.actions),
    kind: plan.kind.name,
    root: ROOT_ORG_PK,
  };
  const customNames = new Map(
    database.all("select pk, name from custom_field").map((field) => [String(field["pk"]), String(field["name"])]),
  );
  const places = plan.kind.entity === "org" ? orgPlaces(database) : new Map<number, OrgPlace>();
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  const parts: string[] = [];
  if (query.actions.length === 0 || query.actions.some((action) => action !== "delete")) parts.push(stagedRows(plan));
  const deletes = query.actions.length === 0 || query.actions.includes("delete");
  if (deletes && plan.request.mode === "replace") parts.push(deletedRows(plan, query.administratorsToo === true));
  for (const sql of parts) {
    for (const row of database.iterate(sql, params)) {
      if (left <= 0) return;
      left -= 1;
      yield planRow(plan, row, { customNames, places });
    }
  }
}

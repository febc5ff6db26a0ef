import { SECURED_APPS } from "../../nouns/secured-user.ts";
import { buildCaseSql, buildNameListSql } from "../store/sql.ts";
import type { Params, Reader, Scope } from "../store/types.ts";

// SQL in other files must not read the content of audit records (see `scripts/sql.ts`).

export interface AuditFilter {
  /** UTC instants; `since` is inclusive, and `until` is exclusive */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly actor?: string | undefined;
  /** part of the action; "delete" also matches removals */
  readonly action?: string | undefined;
}

const buildRecordMemberSql = (path: string): string => buildCaseSql("json_valid(t.record)", `t.record ${path}`, "null");

const DETAIL_SQL = buildRecordMemberSql("-> 'detail'");

const buildListsObjectSql = (which: string): string =>
  `exists (select 1 from json_each(t.record -> 'objects') o where ${which})`;

const FILTER_CONDITIONS: Readonly<Record<keyof AuditFilter, string>> = {
  since: "t.at >= :since",
  until: "t.at < :until",
  actor: `(instr(lower(t.actor), lower(:actor)) > 0 or instr(lower(${buildRecordMemberSql("->> 'by'")}), lower(:actor)) > 0)`,
  // people also use the word "delete" for actions that are named removals
  action: `(instr(lower(t.action), lower(:action)) > 0
    or instr(replace(lower(t.action), '.remove', '.delete'), lower(:action)) > 0
    or t.action in ('imports.commit', 'console.sync') and coalesce(${DETAIL_SQL} ->> lower(:action), 0) > 0)`,
};

const buildFilterSql = (filter: AuditFilter): { readonly where: string; readonly params: Params } => {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const conditions = given.map(([name]) => FILTER_CONDITIONS[name as keyof AuditFilter]);
  return { where: ["true", ...conditions].join(" and "), params: Object.fromEntries(given) };
};

const AUDIT_MEMBER_TYPES = {
  version: "integer",
  seq: "integer",
  at: "text",
  actor: "text",
  origin: "object",
  action: "text",
  objects: "array",
};

/** SQL: true if a text has the structure of an audit record. Only an altered record lacks this structure. */
const IS_AUDIT_RECORD_SQL = buildCaseSql(
  "json_valid(t.record)",
  Object.entries(AUDIT_MEMBER_TYPES)
    .map(([name, type]) => `json_type(t.record, '$.${name}') is '${type}'`)
    .join(" and "),
  "false",
);

const RECORD_JSON_SQL = `'{"seq":' || t.seq || ',"hash":' || json_quote(t.hash) || ',"record":'
  || ${buildCaseSql(IS_AUDIT_RECORD_SQL, "t.record", "json_quote(t.record)")} || '}'`;

/** Returns NDJSON, newest record first. `before` is a key. */
export const readAuditLines = async (
  reader: Reader,
  filter: AuditFilter,
  { replaced, ...page }: { readonly replaced: boolean; readonly before: number; readonly limit: number },
): Promise<readonly { readonly key: number; readonly line: string }[]> => {
  const { where, params } = buildFilterSql(filter);
  const [table, key] = replaced ? ["replaced_audit", "t.pk"] : ["audit", "t.seq"];
  const sql = `select ${key} as key, ${RECORD_JSON_SQL} as json from ${table} t where ${key} < :before and ${where} order by ${key} desc limit :limit`;
  const rows = await reader.all(sql, { ...params, ...page });
  return rows.map(({ key: own, json }) => ({ key: Number(own), line: `${String(json)}\n` }));
};

export const findAuditRecord = async (reader: Reader, seq: number): Promise<string | undefined> => {
  const row = await reader.get(`select ${RECORD_JSON_SQL} as json from audit t where t.seq = :seq`, { seq });
  return row && String(row["json"]);
};

const LACKS_CONTACT_DATA_SQL = `coalesce(${["before", "after"]
  .flatMap((state) => ["contactMail", "contactPhone"].map((field) => `t.record -> '${state}' ->> '${field}'`))
  .join(", ")}) is null`;

const buildReadableConditionSql = ({ secured, contacts }: Scope): string => {
  const without = (things: readonly string[]): string =>
    `not ${buildListsObjectSql(`o.value ->> 'thing' in (${buildNameListSql(things)})`)}`;
  const ofSystem = contacts
    ? without(["scheme", "account_settings"])
    : `${without(["scheme", "account_settings", "renewal_item"])} and ${LACKS_CONTACT_DATA_SQL}`;
  if (secured) return ofSystem;
  return `${ofSystem} and ${without(["secured_user", "secured_group"])} and coalesce(t.action, '') not like 'secured.%'
    and not (coalesce(t.record -> 'detail' ->> 'kind', '') in (${buildNameListSql(SECURED_APPS)}))`;
};

/** SQL: true if the acting account can see the record. Managers of some organisations see only their own actions. */
export const buildVisibleConditionSql = (scope: Scope): string => {
  const { orgs, actor = "" } = scope;
  const which = orgs === undefined ? buildReadableConditionSql(scope) : `t.actor = '${actor.replaceAll("'", "''")}'`;
  return `json_valid(t.record) and ${which}`;
};

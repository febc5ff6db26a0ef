import { SECURED_APPS } from "../../model/secured-user.ts";
import type { RecordStream } from "../store/list-export.ts";
import { either, listed, THEN } from "../store/sql/forms.ts";
import type { Params, Reader, Scope, Store } from "../store/store.ts";

// The audit as it is read; `store/audit.ts` writes it. SQL elsewhere does not read what is in a record (`scripts/sql.ts`).

/** Which records are told. */
export interface AuditFilter {
  /** instants: not before the one, and before the other */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** part of who did it, or of who acted as that account */
  readonly actor?: string | undefined;
  /** part of the action, a removal being a deletion too, or a count of imports: what they did to some record */
  readonly action?: string | undefined;
  /** what it was done to: one of these ids, or this name; and the numbers of the changes that wrote it */
  readonly object?:
    | { readonly name: string; readonly ids: readonly string[]; readonly changes: readonly number[] }
    | undefined;
}

/** SQL: a member of the record `t`; null where it is no JSON, as it was altered. */
const member = (path: string): string => either("json_valid(t.record)", `t.record ${path}`, "null");

/** SQL: the detail of a record `t`. */
export const DETAIL = member("-> 'detail'");

/** SQL: true if a record `t` is about such an object. @param which SQL: condition on `o.value` */
const isAboutSuch = (which: string, objects = member("-> 'objects'")): string =>
  `exists (select 1 from json_each(${objects}) o where ${which})`;

/** SQL: true if a record `t` is about a record of a thing. @param id SQL of its id */
export const isAbout = (thing: string, id: string): string =>
  isAboutSuch(`o.value ->> 'thing' = '${thing}' and o.value ->> 'id' = ${id}`);

/** SQL: the ids of the records of a thing that the change `:number` is about. */
export const objectsOf = (thing: string): string =>
  `select o.value ->> 'id' as id from main.audit t ${THEN} json_each(${member("-> 'objects'")}) o
   where t.seq = :number and o.value ->> 'thing' = '${thing}'`;

/** SQL: whether a record is about one of the ids or the name; the first condition is cheap, and nearly always enough. */
const ABOUT = `(exists (select 1 from json_each(:ids) i where instr(t.record, i.value) > 0) or instr(t.record, :nameText) > 0)
  and ${isAboutSuch(`o.value ->> 'name' = :name or substr(o.value ->> 'name', 1, length(:name) + 2) = :name || ' <'
    or o.value ->> 'id' in (select value from json_each(:ids))`)}`;

const CONDITIONS: Readonly<Record<keyof AuditFilter, string>> = {
  since: "t.at >= :since",
  until: "t.at < :until",
  actor: `(instr(lower(t.actor), lower(:actor)) > 0 or instr(lower(${member("->> 'by'")}), lower(:actor)) > 0)`,
  // people call both deletion
  action: `(instr(lower(t.action), lower(:action)) > 0
    or instr(replace(lower(t.action), '.remove', '.delete'), lower(:action)) > 0
    or t.action like 'imports.%' and coalesce(${DETAIL} ->> lower(:action), 0) > 0)`,
  object: `(t.seq in (select value from json_each(:changes)) or ${ABOUT})`,
};

/** SQL of the records that pass a filter, with its parameters. */
const passing = ({ object, ...texts }: AuditFilter): { readonly where: string; readonly params: Params } => {
  const given = Object.entries(texts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const conditions = given.map(([name]) => CONDITIONS[name as keyof AuditFilter]);
  if (object !== undefined) conditions.push(CONDITIONS.object);
  const { name = "", ids = [], changes = [] } = object ?? {};
  return {
    where: ["true", ...conditions].join(" and "),
    params: {
      ...Object.fromEntries(given),
      // as it stands in a record's text
      ...(object && {
        name,
        nameText: JSON.stringify(name).slice(1, -1),
        ids: JSON.stringify(ids),
        changes: JSON.stringify(changes),
      }),
    },
  };
};

const TYPES = {
  version: "integer",
  seq: "integer",
  at: "text",
  actor: "text",
  origin: "object",
  action: "text",
  objects: "array",
};

/** SQL: whether a text is a record, and not what somebody made of one. */
const isRecord = either(
  "json_valid(t.record)",
  Object.entries(TYPES)
    .map(([name, type]) => `json_type(t.record, '$.${name}') is '${type}'`)
    .join(" and "),
  "false",
);

/** SQL: a record as the tenant API has it, its text as it stands. */
const JSON_OF = `'{"seq":' || t.seq || ',"hash":' || json_quote(t.hash) || ',"record":'
  || ${either(isRecord, "t.record", "json_quote(t.record)")} || '}'`;

/** A page of records as the JSON of the API's answer, newest first. @param before the number that they are below */
export const auditPage = async (
  reader: Reader,
  filter: AuditFilter,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<string> => {
  const { where, params } = passing(filter);
  const sql = `select t.seq, ${JSON_OF} as json from audit t where t.seq < :before and ${where} order by t.seq desc limit :limit`;
  const rows = await reader.all(sql, { ...params, before, limit });
  const next = rows.length < limit ? null : String(rows.at(-1)?.["seq"] ?? 0);
  return `{"items":[${rows.map(({ json }) => String(json)).join(",")}],"next":${JSON.stringify(next)}}`;
};

/** Records as NDJSON, oldest first, each with its text as it stands. */
export const auditLines = async (store: Store, filter: AuditFilter): Promise<RecordStream> => {
  const { where, params } = passing(filter);
  let records = 0;
  const content = await store.lines(async (reader) => {
    records = await reader.count(`select count(*) from audit t where ${where}`, params);
    const line = `${JSON_OF} || char(10)`;
    return { line, key: "t.seq", before: 0, table: "audit t", joined: "", among: "true", where, params };
  });
  return { content, records };
};

/** The JSON of a record as the tenant API has it. */
export const findAuditRecord = async (reader: Reader, seq: number): Promise<string | undefined> => {
  const row = await reader.get(`select ${JSON_OF} as json from audit t where t.seq = :seq`, { seq });
  return row && String(row["json"]);
};

/** The last record; undefined if there is none. @param table `main.audit`: whether who asks sees it or not */
export const auditHead = async (
  reader: Reader,
  table: "audit" | "main.audit" = "audit",
): Promise<{ readonly seq: number; readonly hash: string; readonly at: string } | undefined> => {
  const row = await reader.get(`select seq, hash, at from ${table} order by seq desc limit 1`);
  return row && { seq: Number(row["seq"]), hash: String(row["hash"]), at: String(row["at"]) };
};

/** SQL: true if a record `t` does not tell how to reach the contact person. */
const WITHOUT_CONTACT = `coalesce(${["before", "after"]
  .flatMap((state) => ["contactMail", "contactPhone"].map((field) => `t.record -> '${state}' ->> '${field}'`))
  .join(", ")}) is null`;

/** SQL: true if a record `t` tells of nothing that is for system administrators, or for those who may read it. */
const isReadBy = ({ secured, contacts }: Scope): string => {
  const without = (things: readonly string[]): string =>
    `not ${isAboutSuch(`o.value ->> 'thing' in (${listed(things)})`, "t.record -> 'objects'")}`;
  const ofSystem = contacts
    ? without(["scheme", "account_settings"])
    : `${without(["scheme", "account_settings", "renewal_item"])} and ${WITHOUT_CONTACT}`;
  if (secured) return ofSystem;
  return `${ofSystem} and ${without(["secured_user", "secured_group"])} and coalesce(t.action, '') not like 'secured.%'
    and not (coalesce(t.record -> 'detail' ->> 'kind', '') in (${listed(SECURED_APPS)}))`;
};

/**
 * SQL: true if somebody sees a record `t`: if it touched only organisations of the scope, and tells only of imports there.
 *
 * @param held.areOrgs SQL: true if the organisations of a list of ids are, or were, in the scope
 * @param held.isImport SQL: true if the import `i` was planned in the scope
 */
export const isSeen = (
  scope: Scope,
  held: { readonly areOrgs: (list: string) => string; readonly isImport: string },
): string => {
  if (scope.orgs === undefined) return `json_valid(t.record) and ${isReadBy(scope)}`;
  const isOther = `o.value ->> 'thing' = 'import' and not exists (select 1 from main.import i
    where i.id = o.value ->> 'id' and ${held.isImport})`;
  return `json_valid(t.record) and ${held.areOrgs("t.record -> 'orgs'")}
    and not ${isAboutSuch(isOther, "t.record -> 'objects'")}`;
};

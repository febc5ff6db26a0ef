import type { CustomField, User } from "../../contract/index.ts";
import { isFreeHeader } from "../../csv/layout/header.ts";
import { Failure } from "../../errors/index.ts";
import { codeKey, emailKey, nameKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import { newId, instant, type Surroundings } from "../ids.ts";
import type { Database, Row } from "../store/sqlite/database.ts";
import { appendAudit } from "../store/sqlite/audit.ts";
import { advance } from "../store/sqlite/imports/compare.ts";
import { listOrgs } from "./orgs.ts";

/** Filters of a list or an export; both match a part of the normalised value. */
export interface UserFilters {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
}

/** SQL: true if the user passes the filters `:filterName` and `:filterId`. */
export const PASSES_USER_FILTERS = `(:filterName is null or instr(code_key(t.name), :filterName) > 0)
  and (:filterId is null or instr(email_key(t.emails), :filterId) > 0)`;

export const userFilterParams = ({ filterName, filterId }: UserFilters) => ({
  filterName: filterName === undefined || filterName === "" ? null : nameKey(filterName),
  filterId: filterId === undefined || filterId === "" ? null : emailKey(filterId),
});

/** SQL: the custom fields of the user `t` as JSON, by their names in the tenant. */
const CUSTOM = `'[' || coalesce((
    select group_concat(json_object('name', coalesce(f.name, e.key), 'value', e.value), ',' order by cast(e.key as integer))
    from json_each(nullif(t.custom, '{}')) e left join custom_field f on f.pk = cast(e.key as integer)), '') || ']'`;

/** SQL: fields of the user `t` that are text or null, as JSON. */
const texts = (...fields: readonly (keyof User)[]): string =>
  fields.map((field) => `'"${field}":' || json_quote(t.${field})`).join(` || ',' || `);

/** SQL: the user `t` as JSON around its organisation, which is derived from the whole tree. */
const USER = `t.pk, t.org,
  '{' || ${texts("id", "name", "nameKana")} || ',"emails":' || t.emails || ',"org":' as head,
  ',' || ${texts("title", "employeeCode", "upn", "addressType", "postalCode", "address", "tel")} || ',' ||
  ${texts("extension", "fax", "accountName", "accountPasswordSetAt")} ||
  ',"administrator":' || iif(t.administrator = 1, 'true', 'false') || ',"custom":' || ${CUSTOM} || ',' ||
  ${texts("createdAt", "updatedAt")} || '}' as tail`;

/** The organisations of a tenant as JSON for users, cached until the tree changes. */
interface Places {
  /** the tree's revision and its newest organisation */
  readonly of: string;
  readonly byPk: ReadonlyMap<number, string>;
}

const PLACES = new WeakMap<Database, Places>();

const placesOf = (database: Database): ReadonlyMap<number, string> => {
  const state = database.get(
    `select concat((select revision from collection where name = 'orgs'), ' ',
      (select id from org order by pk desc limit 1)) as state`,
  );
  const of = String(state?.["state"]);
  const known = PLACES.get(database);
  if (known?.of === of) return known.byPk;
  const byPk = new Map(
    listOrgs(database).map(({ pk, id, code, path }) => [pk, JSON.stringify({ id, code, path } satisfies User["org"])]),
  );
  PLACES.set(database, { of, byPk });
  return byPk;
};

/** Users as JSON, assembled by SQLite: lists may have a million. @param rows as {@link USER} selects them */
const usersAsJson = (database: Database, rows: readonly Row[]): readonly string[] => {
  const places = placesOf(database);
  return rows.map(
    ({ head, org, tail }) =>
      String(head) + (places.get(Number(org)) ?? '{"id":"","code":null,"path":""}') + String(tail),
  );
};

/**
 * One page of users in order of creation, as the JSON of the API's answer.
 *
 * @param cursor as returned with the previous page
 */
export const listUsers = (
  database: Database,
  filters: UserFilters,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): string => {
  const rows = database.all(
    `select ${USER} from user t where t.pk > :after and ${PASSES_USER_FILTERS} order by t.pk limit :limit`,
    { ...userFilterParams(filters), after: Number(cursor ?? 0), limit },
  );
  const last = rows.at(-1);
  const next = rows.length < limit || last === undefined ? null : String(last["pk"]);
  return `{"items":[${usersAsJson(database, rows).join(",")}],"next":${JSON.stringify(next)}}`;
};

/** All users that an id, a mail address, an employee code or an account name matches. */
export const findUsers = (database: Database, name: string): readonly User[] => {
  const rows = database.all(
    `select ${USER} from user t where pk in (
       select pk from user where id = :name
       union select user from user_email where emailKey = :email
       union select user from user_account where accountKey = :code
       union select pk from user where employeeCode is not null and (employeeCode = :name or employeeCode = :code))
     order by pk`,
    { name, email: emailKey(name), code: codeKey(name) },
  );
  return usersAsJson(database, rows).map((json) => JSON.parse(json) as User);
};

const fieldOf = (row: Row): CustomField => ({
  id: String(row["id"]),
  name: String(row["name"]),
  createdAt: String(row["createdAt"]),
});

export const listCustomFields = (database: Database): readonly CustomField[] =>
  database.all("select * from custom_field order by pk").map(fieldOf);

/**
 * Adds a custom field; its name is its column's header.
 *
 * @param taken headers of the format's own columns
 * @throws Failure `input-rejected` when the name is taken or cannot be a header
 */
export const addCustomField = (
  database: Database,
  surroundings: Surroundings,
  { name, actor, taken }: { readonly name: string; readonly actor: string; readonly taken: readonly string[] },
): CustomField =>
  database.change(() => {
    const key = nameKey(name);
    const known = database.count("select count(*) from custom_field where nameKey = :key", { key });
    if (known > 0 || !isFreeHeader(name) || taken.some((header) => nameKey(header) === key)) {
      throw new Failure("input-rejected", {
        what: text(
          `a column cannot be named ${name}: the name is taken or cannot be a header`,
          `列名「${name}」は使われているか、列名にできません`,
        ),
      });
    }
    const field = { id: newId(surroundings), name, createdAt: instant(surroundings) };
    database.run("insert into custom_field (id, name, nameKey, createdAt) values (:id, :name, :key, :createdAt)", {
      ...field,
      key,
    });
    advance(database, ["fields"]);
    appendAudit(database, { at: field.createdAt, actor, action: "fields.add", subject: field.id, detail: { name } });
    return field;
  });

/** Removes a custom field and its values. @throws Failure `not-found` */
export const removeCustomField = (
  database: Database,
  surroundings: Surroundings,
  { id, actor }: { readonly id: string; readonly actor: string },
): CustomField =>
  database.change(() => {
    const row = database.get("select * from custom_field where id = :id", { id });
    if (row === undefined) {
      throw new Failure("not-found", { what: text(`no custom field ${id}`, `カスタム項目 ${id} はありません`) });
    }
    const at = instant(surroundings);
    const revision = advance(database, ["fields", "users"]);
    database.run(
      `update user set custom = json_remove(custom, :path), updatedAt = :at, revision = :revision
       where custom ->> :path is not null`,
      { path: `$."${String(row["pk"])}"`, at, revision },
    );
    database.run("delete from custom_field where id = :id", { id });
    const detail = { name: String(row["name"]) };
    appendAudit(database, { at, actor, action: "fields.remove", subject: id, detail });
    return fieldOf(row);
  });

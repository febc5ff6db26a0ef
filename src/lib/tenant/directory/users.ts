import type { CustomField, User } from "../../contract/index.ts";
import { isFreeHeader } from "../../csv/header.ts";
import { Failure } from "../../errors/index.ts";
import { codeKey, emailKey, nameKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import { newId, instant, type Surroundings } from "../ids.ts";
import type { Database, Row } from "../store/sqlite/database.ts";
import { appendAudit } from "../store/sqlite/audit.ts";
import { advance } from "../store/sqlite/imports/compare.ts";
import { listOrgs, type PlacedOrg } from "./orgs.ts";

/** What narrows a list or an export; both match a part of the normalised value. */
export interface UserFilters {
  readonly filterName?: string | undefined;
  readonly filterId?: string | undefined;
}

/** SQL: true where the user passes the filters `:filterName` and `:filterId`. */
export const PASSES_USER_FILTERS = `(:filterName is null or instr(code_key(t.name), :filterName) > 0)
  and (:filterId is null or instr(email_key(t.emails), :filterId) > 0)`;

export const userFilterParams = ({ filterName, filterId }: UserFilters) => ({
  filterName: filterName === undefined || filterName === "" ? null : nameKey(filterName),
  filterId: filterId === undefined || filterId === "" ? null : emailKey(filterId),
});

const optional = (row: Row, column: string): string | null => (row[column] === null ? null : String(row[column]));

/** Turns rows of the table into users; knows the tree and the custom fields. */
class UserReader {
  readonly #orgs: ReadonlyMap<number, PlacedOrg>;
  readonly #fields: ReadonlyMap<string, string>;

  constructor(database: Database) {
    this.#orgs = new Map(listOrgs(database).map((org) => [org.pk, org]));
    this.#fields = new Map(
      database.all("select pk, name from custom_field order by pk").map(({ pk, name }) => [String(pk), String(name)]),
    );
  }

  user(row: Row): User {
    const org = this.#orgs.get(Number(row["org"]));
    const custom = JSON.parse(String(row["custom"])) as Record<string, string>;
    return {
      id: String(row["id"]),
      name: String(row["name"]),
      nameKana: optional(row, "nameKana"),
      emails: JSON.parse(String(row["emails"])) as string[],
      org: { id: org?.id ?? "", code: org?.code ?? null, path: org?.path ?? "" },
      title: optional(row, "title"),
      employeeCode: optional(row, "employeeCode"),
      upn: optional(row, "upn"),
      addressType: optional(row, "addressType"),
      postalCode: optional(row, "postalCode"),
      address: optional(row, "address"),
      tel: optional(row, "tel"),
      extension: optional(row, "extension"),
      fax: optional(row, "fax"),
      accountName: optional(row, "accountName"),
      accountPasswordSetAt: optional(row, "accountPasswordSetAt"),
      administrator: row["administrator"] === 1,
      custom: Object.entries(custom).map(([id, value]) => ({ name: this.#fields.get(id) ?? id, value })),
      createdAt: String(row["createdAt"]),
      updatedAt: String(row["updatedAt"]),
    };
  }
}

/** One page of users in the order they were made. @param cursor as the page before gave it */
export const listUsers = (
  database: Database,
  filters: UserFilters,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
) => {
  const rows = database.all(
    `select t.* from user t where t.pk > :after and ${PASSES_USER_FILTERS} order by t.pk limit :limit`,
    { ...userFilterParams(filters), after: Number(cursor ?? 0), limit },
  );
  const reader = new UserReader(database);
  const last = rows.at(-1);
  return {
    items: rows.map((row) => reader.user(row)),
    next: rows.length < limit || last === undefined ? null : String(last["pk"]),
  };
};

/** Everything an id, a mail address, an employee code or an account name fits. */
export const findUsers = (database: Database, name: string): readonly User[] => {
  const rows = database.all(
    `select * from user where pk in (
       select pk from user where id = :name
       union select user from user_email where emailKey = :email
       union select user from user_account where accountKey = :code
       union select pk from user where employeeCode is not null and (employeeCode = :name or employeeCode = :code))
     order by pk`,
    { name, email: emailKey(name), code: codeKey(name) },
  );
  const reader = new UserReader(database);
  return rows.map((row) => reader.user(row));
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
 * @param taken headers that a column of the format has
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

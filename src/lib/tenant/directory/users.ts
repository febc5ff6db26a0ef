import type { CustomField } from "../../contract/index.ts";
import { isFreeHeader } from "../../csv/layout/header.ts";
import { Failure } from "../../errors/index.ts";
import { formatOf } from "../../model/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { newId, instant, type Surroundings } from "../ids.ts";
import { CREATION, type List } from "../lists.ts";
import type { Database, Row } from "../store/sqlite/database.ts";
import { appendAudit } from "../store/sqlite/audit.ts";
import { keepLastNumber, lastNumber } from "../store/sqlite/imports/commit.ts";
import { advance } from "../store/sqlite/imports/compare.ts";
import { placeOrgs } from "./orgs.ts";

/** PANEL users in order of creation; their organisation is derived from the whole tree. */
export const USERS: List<typeof USER.fields> = {
  thing: USER,
  format: formatOf(USER, "users"),
  table: "user t",
  joined: "join org o on o.pk = t.org left join temp.place p on p.pk = t.org",
  sql: { "org.id": "o.id", "org.code": "o.code", "org.path": "coalesce(p.path, '')" },
  order: [CREATION],
  filters: { filterName: "name", filterId: "emails" },
  named: `t.pk in (
    select pk from user where id = :name
    union select user from user_email where emailKey = :emailKey
    union select pk from user where coalesce(accountKey, accountName) = :nameKey
    union select pk from user where coalesce(employeeCodeKey, employeeCode) = :nameKey)`,
  prepare: placeOrgs,
};

/** Custom user fields in order of creation. */
export const CUSTOM_FIELDS: List<typeof CUSTOM_FIELD.fields> = {
  thing: CUSTOM_FIELD,
  table: "custom_field t",
  order: [CREATION],
};

const fieldOf = (row: Row): CustomField => ({
  id: String(row["id"]),
  name: String(row["name"]),
  createdAt: String(row["createdAt"]),
});

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
    const pk = lastNumber(database, "fields") + 1;
    database.run(
      "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, :id, :name, :key, :createdAt)",
      { ...field, pk, key },
    );
    keepLastNumber(database, "fields", "custom_field");
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

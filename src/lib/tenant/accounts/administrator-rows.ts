import { nameSortKey } from "../../model/normalise.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import { storeLastNumber } from "../store/collections.ts";
import { ORDERED_JOIN } from "../store/sql/forms.ts";
import { insertRow } from "../store/rows.ts";
import type { Reader, Writer } from "../store/store.ts";
import { saveVersions, saveCreatedRange } from "../versions/keep.ts";

/** Where people are administrators: in CLOMO PANEL (`users`), or in a SECURED APP. */
export type AdministratorKind = "users" | SecuredApp;

export interface Administrator {
  readonly id: string;
  /** main email address; for a user of an app, the ユーザーID */
  readonly key: string;
  readonly name: string;
}

/** When the list of administrators was last confirmed, and by whom; both null if it was never confirmed. */
export interface ListConfirmation {
  readonly knownAt: string | null;
  readonly knownBy: string | null;
}

export const readListConfirmation = async (reader: Reader, kind: AdministratorKind): Promise<ListConfirmation> => {
  const row = await reader.get("select at, actor from administrators_known where kind = :kind", { kind });
  return row === undefined
    ? { knownAt: null, knownBy: null }
    : { knownAt: String(row["at"]), knownBy: String(row["actor"]) };
};

export const writeListConfirmation = async (
  writer: Writer,
  { kind, at, actor }: { readonly kind: AdministratorKind; readonly at: string; readonly actor: string },
): Promise<void> => {
  await insertRow(writer, "administrators_known", { kind, at, actor }, ["kind"]);
};

const ADMINISTRATOR_QUERIES = {
  users: "select id, emails ->> 0 as key, name from user where administrator = 1 order by pk",
  app: "select id, userId as key, displayName as name from secured_user where app = :kind and administrator = 1 order by userId",
} as const;

export const readAdministrators = async (reader: Reader, kind: AdministratorKind): Promise<Administrator[]> => {
  const found =
    kind === "users" ? reader.all(ADMINISTRATOR_QUERIES.users) : reader.all(ADMINISTRATOR_QUERIES.app, { kind });
  return (await found).map(({ id, key, name }) => ({ id: String(id), key: String(key), name: String(name) }));
};

/**
 * Marks or unmarks the user with an id, or the users of an app with a ユーザーID. Their revisions do not change,
 * because imports do not write the mark. An undo therefore checks the mark separately.
 *
 * @returns the number of records
 */
export const setAdministrator = async (
  writer: Writer,
  kind: AdministratorKind,
  { name, administrator, at }: { readonly name: string; readonly administrator: boolean; readonly at: string },
): Promise<number> => {
  const [table, which] =
    kind === "users" ? ["user", "id = :name"] : ["secured_user", "app = :kind and (id = :name or userId = :name)"];
  const params = { name, ...(kind === "users" ? {} : { kind }) };
  await saveVersions(writer, table, which, params);
  return writer.run(`update main.${table} set administrator = :administrator, updatedAt = :at where ${which}`, {
    ...params,
    at,
    administrator: administrator ? 1 : 0,
  });
};

/** Adds an administrator of an app with only a ユーザーID, because exports omit administrators.  @see facts 6.5 */
export const insertAdministrator = async (
  writer: Writer,
  app: SecuredApp,
  { id, userId, at }: { readonly id: string; readonly userId: string; readonly at: string },
): Promise<void> => {
  const { last = 0 } = (await writer.lock(["secured_user"])).get("secured_user") ?? {};
  const revision = await writer.revision();
  await writer.run(
    `insert into main.secured_user (pk, id, app, userId, displayName, nameSort, administrator, createdAt, updatedAt, revision)
     values (:pk, :id, :app, :userId, :userId, :nameSort, 1, :at, :at, :revision)`,
    { pk: last + 1, id, app, userId, nameSort: nameSortKey(userId), at, revision },
  );
  await saveCreatedRange(writer, "secured_user", last + 1);
  await storeLastNumber(writer, "secured_user", last + 1);
};

/**
 * Deletes a user of an app who is no longer marked, if the user was created only because of the mark and no other data
 * about the user is stored.
 */
export const deleteUnmarkedUser = async (writer: Writer, app: SecuredApp, name: string): Promise<void> => {
  const which = `app = :app and (id = :name or userId = :name) and administrator = 0
    and displayName = userId and description is null and groups = '[]' and secrets = '{}' and device is null
    and not exists (select 1 from secured_user_version v ${ORDERED_JOIN} import i on i.revision = v.revision where v.pk = t.pk)
    and exists (select 1 from created_range r ${ORDERED_JOIN} change c on c.revision = r.revision ${ORDERED_JOIN} main.audit a on a.seq = c.number
      where r.thing = 'secured_user' and t.pk between r.first and r.last and a.action = 'administrators.mark')`;
  await saveVersions(writer, "secured_user", which, { app, name });
  await writer.run(`delete from main.secured_user as t where ${which}`, { app, name });
};

import { nameSortKey } from "../../model/normalise.ts";
import type { SecuredApp } from "../../model/secured-user.ts";
import { keepLast } from "../store/collections.ts";
import { THEN } from "../store/sql/forms.ts";
import type { Reader, Writer } from "../store/store.ts";
import { keepVersions, noteCreated } from "../versions/keep.ts";

/** Where people are administrators: CLOMO PANEL's users, or an app. */
export type AdministratorsKind = "users" | SecuredApp;

/** Somebody who is marked. */
export interface Administrator {
  readonly id: string;
  /** main mail address, or ユーザーID */
  readonly key: string;
  readonly name: string;
}

/** Since when the administrators are known, and by whom. */
export interface KnownSince {
  readonly knownAt: string | null;
  readonly knownBy: string | null;
}

export const readKnown = async (reader: Reader, kind: AdministratorsKind): Promise<KnownSince> => {
  const row = await reader.get("select at, actor from administrators_known where kind = :kind", { kind });
  return row === undefined
    ? { knownAt: null, knownBy: null }
    : { knownAt: String(row["at"]), knownBy: String(row["actor"]) };
};

export const keepKnown = async (
  writer: Writer,
  { kind, at, actor }: { readonly kind: AdministratorsKind; readonly at: string; readonly actor: string },
): Promise<void> => {
  await writer.run(
    `insert into administrators_known (kind, at, actor) values (:kind, :at, :actor)
     on conflict (kind) do update set at = :at, actor = :actor`,
    { kind, at, actor },
  );
};

const LISTS = {
  users: "select id, emails ->> 0 as key, name from user where administrator = 1 order by pk",
  app: "select id, userId as key, displayName as name from secured_user where app = :kind and administrator = 1 order by userId",
} as const;

export const readAdministrators = async (reader: Reader, kind: AdministratorsKind): Promise<Administrator[]> => {
  const found = kind === "users" ? reader.all(LISTS.users) : reader.all(LISTS.app, { kind });
  return (await found).map(({ id, key, name }) => ({ id: String(id), key: String(key), name: String(name) }));
};

/**
 * Marks or unmarks the records with an id, or of an app a ユーザーID. Their revisions stay, as nothing changes that imports
 * write: an undo looks at the mark itself.
 *
 * @returns their number
 */
export const setAdministrator = async (
  writer: Writer,
  kind: AdministratorsKind,
  { name, administrator, at }: { readonly name: string; readonly administrator: boolean; readonly at: string },
): Promise<number> => {
  const [table, which] =
    kind === "users" ? ["user", "id = :name"] : ["secured_user", "app = :kind and (id = :name or userId = :name)"];
  const params = { name, ...(kind === "users" ? {} : { kind }) };
  await keepVersions(writer, table, which, params);
  return writer.run(`update main.${table} set administrator = :administrator, updatedAt = :at where ${which}`, {
    ...params,
    at,
    administrator: administrator ? 1 : 0,
  });
};

/** Adds an administrator of an app of whom no more than the ユーザーID is known: exports leave them out. @see facts 6.5 */
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
  await noteCreated(writer, "secured_user", last + 1);
  await keepLast(writer, "secured_user", last + 1);
};

/**
 * Removes a user of an app who is marked no more, if nothing but a mark made him and nothing more is known of him.
 */
export const deleteMarkedOnly = async (writer: Writer, app: SecuredApp, name: string): Promise<void> => {
  const which = `app = :app and (id = :name or userId = :name) and administrator = 0
    and displayName = userId and description is null and groups = '[]' and secrets = '{}' and device is null
    and not exists (select 1 from secured_user_version v ${THEN} import i on i.revision = v.revision where v.pk = t.pk)
    and exists (select 1 from created_range r ${THEN} change c on c.revision = r.revision ${THEN} main.audit a on a.seq = c.number
      where r.thing = 'secured_user' and t.pk between r.first and r.last and a.action = 'administrators.mark')`;
  await keepVersions(writer, "secured_user", which, { app, name });
  await writer.run(`delete from main.secured_user as t where ${which}`, { app, name });
};

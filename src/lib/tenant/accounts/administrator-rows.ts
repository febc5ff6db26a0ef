import type { SecuredApp } from "../../model/secured-user.ts";
import { insertRow } from "../store/rows.ts";
import type { Reader, Writer } from "../store/store.ts";

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

/** Records that the list is complete: somebody said so, or said of a person whether it contains the person. */
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

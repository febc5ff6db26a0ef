import { SECURED_APPS, type SecuredApp } from "../../nouns/secured-user.ts";
import { getCurrentInstant } from "../store/ids.ts";
import { checkFieldValue } from "../ledger/records.ts";
import type { Session } from "../ledger/session.ts";
import { insertRow } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";

type AdministratorKind = "users" | SecuredApp;

type Administrator = Readonly<Record<"id" | "key" | "name", string>>;

export interface Administrators {
  readonly kind: AdministratorKind;
  readonly knownAt: string | null;
  readonly knownBy: string | null;
  readonly administrators: readonly Administrator[];
}

const ADMINISTRATOR_KIND_FIELD = { type: "choice", choices: ["users", ...SECURED_APPS] } as const;

const CONFIRMATION_SQL = "select at as knownAt, actor as knownBy from administrators_known where kind = :kind";

const ADMINISTRATOR_QUERIES = {
  users: "select id, emails ->> 0 as key, name from user where administrator = 1 order by pk",
  app: "select id, userId as key, displayName as name from secured_user where app = :kind and administrator = 1 order by userId",
} as const;

export const readAdministratorList = async (reader: Reader, kind: AdministratorKind): Promise<Administrators> => {
  checkFieldValue("kind", ADMINISTRATOR_KIND_FIELD, kind);
  const known = await reader.get<Pick<Administrators, "knownAt" | "knownBy">>(CONFIRMATION_SQL, { kind });
  const sql = ADMINISTRATOR_QUERIES[kind === "users" ? "users" : "app"];
  return {
    kind,
    ...(known ?? { knownAt: null, knownBy: null }),
    administrators: await reader.all<Administrator>(sql, { kind }),
  };
};

export const confirmAdministratorList = async (
  { surroundings, actorName: actor }: Session,
  writer: Writer,
  kind: AdministratorKind,
): Promise<void> => {
  await insertRow(writer, "administrators_known", { kind, at: getCurrentInstant(surroundings), actor }, ["kind"]);
};

/** Users confirm the list of administrators, because console exports do not show administrators. */
export const confirmAdministrators = (session: Session, kind: AdministratorKind): Promise<Administrators> => {
  const locks = [kind === "users" ? kind : (`secured:${kind}` as const)];
  return session.change({ action: "administrators.confirm", locks, once: true }, async (writer) => {
    await confirmAdministratorList(session, writer, kind);
    return { result: await readAdministratorList(writer, kind), objects: [], detail: { kind } };
  });
};

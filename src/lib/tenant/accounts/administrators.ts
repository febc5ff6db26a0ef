import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ROLES } from "../../model/role.ts";
import { listRuleFaults } from "../../model/rules.ts";
import { SECURED_APPS, SECURED_USER } from "../../model/secured-user.ts";
import { USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, createId } from "../ids.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { findAccountsWithRole } from "./account-rows.ts";
import {
  deleteUnmarkedUser,
  insertAdministrator,
  writeListConfirmation,
  readAdministrators,
  readListConfirmation,
  setAdministrator,
  type Administrator,
  type AdministratorKind,
  type ListConfirmation,
} from "./administrator-rows.ts";
import type { Reader } from "../store/store.ts";
import { listOrgsOfUsers } from "../store/touched-orgs.ts";
import { checkFieldValue, collectTaskNumbers } from "../records/records.ts";

export interface Administrators extends ListConfirmation {
  readonly kind: AdministratorKind;
  readonly administrators: readonly Administrator[];
  /** only for a change in a mirror: numbers of the tasks to do in the console */
  readonly consoleTasks?: readonly number[];
}

const KIND = { type: "choice", choices: ["users", ...SECURED_APPS] } as const;

/** Returns the users who are marked as administrators, and when and by whom the list was last confirmed. */
export const readAdministratorList = async (reader: Reader, kind: AdministratorKind): Promise<Administrators> => {
  checkFieldValue("kind", KIND, kind);
  return {
    kind,
    ...(await readListConfirmation(reader, kind)),
    administrators: await readAdministrators(reader, kind),
  };
};

/** Returns the administrators who are in the first list but not in the second. */
const subtractAdministrators = (one: Administrators, other: Administrators): Administrators["administrators"] =>
  one.administrators.filter(({ id }) => other.administrators.every((known) => known.id !== id));

const createUnknownUserFailure = (name: string): Failure =>
  new Failure("not-found", {
    what: text(`no user matches "${name}"`, `「${name}」に一致するユーザーは見つかりません`),
  });

/**
 * Marks and unmarks users as administrators, because exports of the console do not show who is an administrator.
 * Exports of an app do not contain its administrators at all, so an unknown ユーザーID is added as a user of the app.
 * When such a user is unmarked, the user is deleted, unless other data about the user has been recorded since.
 *
 * @throws Failure `not-found`; `input-rejected` if a ユーザーID is not valid, or a user to be unmarked has a role
 */
export const markAdministrators = (
  session: Session,
  kind: AdministratorKind,
  { add = [], remove = [] }: Readonly<Partial<Record<"add" | "remove", readonly string[] | undefined>>>,
  once?: Omit<IdempotentRequest<Administrators>, "replay">,
): Promise<Administrators> => {
  const locks = [kind === "users" ? "users" : `secured:${kind}`];
  const thing = kind === "users" ? USER.name : SECURED_USER.name;
  const replay = (reader: Reader): Promise<Administrators> => readAdministratorList(reader, kind);
  return session.change({ action: "administrators.mark", locks, once: once && { ...once, replay } }, async (writer) => {
    const { surroundings, actor } = session;
    const before = await readAdministratorList(writer, kind);
    const at = getCurrentInstant(surroundings);
    if (kind === "users") await refuseRoleHolders(writer, remove);
    for (const name of remove) {
      if ((await setAdministrator(writer, kind, { name, administrator: false, at })) === 0)
        throw createUnknownUserFailure(name);
      if (kind !== "users") await deleteUnmarkedUser(writer, kind, name);
    }
    for (const name of add) {
      if ((await setAdministrator(writer, kind, { name, administrator: true, at })) > 0) continue;
      if (kind === "users") throw createUnknownUserFailure(name);
      checkUserId(name);
      await insertAdministrator(writer, kind, { id: createId(surroundings), userId: name, at });
    }
    await writeListConfirmation(writer, { kind, at, actor });
    const after = await readAdministratorList(writer, kind);
    const [added, removed] = [subtractAdministrators(after, before), subtractAdministrators(before, after)];
    const objects = [...added, ...removed].map(({ id, name }) => ({ thing, id, name }));
    return {
      async result(taskOf) {
        const consoleTasks = await collectTaskNumbers(taskOf, objects);
        return { ...after, ...(consoleTasks.length > 0 && { consoleTasks }) };
      },
      objects,
      orgs: await readOrgsOfMarked(writer, kind, [...added, ...removed]),
      detail: { kind, added: added.map(({ key }) => key), removed: removed.map(({ key }) => key) },
    };
  });
};

/**
 * Returns the organisations of the marked users; undefined for SECURED APPs, whose users do not belong to
 * organisations.
 */
const readOrgsOfMarked = async (
  reader: Reader,
  kind: AdministratorKind,
  marked: Administrators["administrators"],
): Promise<readonly string[] | undefined> =>
  kind === "users"
    ? listOrgsOfUsers(
        reader,
        marked.map(({ id }) => id),
      )
    : undefined;
/** Refuses to unmark users with a role, because a role always marks its user.  @throws Failure `input-rejected` */
const refuseRoleHolders = async (reader: Reader, ids: readonly string[]): Promise<void> => {
  const [first, ...others] = await findAccountsWithRole(reader, ids);
  if (first === undefined) return;
  const names = [first, ...others].map(({ name, role }) => [name, ROLES[role]] as const);
  throw new Failure("input-rejected", {
    what: text(
      `administrators by the role of their CLOMO accounts: ${names.map(([name, role]) => `${name} (${role.en})`).join(", ")}`,
      `CLOMO アカウントの管理者権限が記録されています: ${names.map(([name, role]) => `${name}(${role.ja})`).join("、")}`,
    ),
    hint: step("to revoke the role", "管理者権限を外すには", line("clomo-account revoke", [first.name])),
  });
};

const checkUserId = (userId: string): void => {
  if (listRuleFaults(SECURED_USER.fields.userId.rule, userId).length === 0) return;
  throw new Failure("input-rejected", {
    what: text(`not a valid ユーザーID: ${userId}`, `ユーザーIDとして使えません: ${userId}`),
    hint: text("use at most 255 half-width letters and digits", "半角英数字 255 文字以内で指定してください"),
  });
};

import { line, step } from "../../advice/index.ts";
import type { Administrators } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ROLES } from "../../model/role.ts";
import { faultsOf } from "../../model/rules.ts";
import { SECURED_USER } from "../../model/secured-user.ts";
import { USER } from "../../model/user.ts";
import { text } from "../../text/index.ts";
import { instant, newId } from "../ids.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { withRole } from "./account-rows.ts";
import {
  deleteMarkedOnly,
  insertAdministrator,
  keepKnown,
  readAdministrators,
  readKnown,
  setAdministrator,
  type AdministratorsKind,
} from "./administrator-rows.ts";
import type { Reader } from "../store/store.ts";
import { orgsOfUsers } from "../store/touched-orgs.ts";
import { tasksOf } from "../records/records.ts";

/** Who is marked, and since when that is known. */
export const administratorsOf = async (reader: Reader, kind: AdministratorsKind): Promise<Administrators> => ({
  kind,
  ...(await readKnown(reader, kind)),
  administrators: await readAdministrators(reader, kind),
});

/** Who is marked in the one, and not in the other. */
const beyond = (one: Administrators, other: Administrators): Administrators["administrators"] =>
  one.administrators.filter(({ id }) => other.administrators.every((known) => known.id !== id));

const unknownUser = (name: string): Failure =>
  new Failure("not-found", { what: text(`no user ${name}`, `ユーザー ${name} はありません`) });

/**
 * Marks who is an administrator, which exports of the console do not show. An app's administrators are in no export at all:
 * who is not known yet is added with the ユーザーID alone, and goes with the mark where nothing more became known of him.
 *
 * @throws Failure `not-found`, `input-rejected` where a ユーザーID cannot be one, or somebody to be unmarked has a role
 */
export const markAdministrators = (
  session: Session,
  kind: AdministratorsKind,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
  once?: Omit<IdempotentRequest<Administrators>, "replay">,
): Promise<Administrators> => {
  const locks = [kind === "users" ? "users" : `secured:${kind}`];
  const thing = kind === "users" ? USER.name : SECURED_USER.name;
  const replay = (reader: Reader): Promise<Administrators> => administratorsOf(reader, kind);
  return session.change({ action: "administrators.mark", locks, once: once && { ...once, replay } }, async (writer) => {
    const { surroundings, actor } = session;
    const before = await administratorsOf(writer, kind);
    const at = instant(surroundings);
    if (kind === "users") await checkWithoutRole(writer, remove);
    for (const name of remove) {
      if ((await setAdministrator(writer, kind, { name, administrator: false, at })) === 0) throw unknownUser(name);
      if (kind !== "users") await deleteMarkedOnly(writer, kind, name);
    }
    for (const name of add) {
      if ((await setAdministrator(writer, kind, { name, administrator: true, at })) > 0) continue;
      if (kind === "users") throw unknownUser(name);
      checkUserId(name);
      await insertAdministrator(writer, kind, { id: newId(surroundings), userId: name, at });
    }
    await keepKnown(writer, { kind, at, actor });
    const after = await administratorsOf(writer, kind);
    const [added, removed] = [beyond(after, before), beyond(before, after)];
    const objects = [...added, ...removed].map(({ id, name }) => ({ thing, id, name }));
    return {
      async result(taskOf) {
        const consoleTasks = await tasksOf(taskOf, objects);
        return { ...after, ...(consoleTasks.length > 0 && { consoleTasks }) };
      },
      objects,
      orgs: await orgsOfMarked(writer, kind, [...added, ...removed]),
      detail: { kind, added: added.map(({ key }) => key), removed: removed.map(({ key }) => key) },
    };
  });
};

/** The organisations of users; those of SECURED APPs lie in none. */
const orgsOfMarked = async (
  reader: Reader,
  kind: AdministratorsKind,
  marked: Administrators["administrators"],
): Promise<readonly string[] | undefined> =>
  kind === "users"
    ? orgsOfUsers(
        reader,
        marked.map(({ id }) => id),
      )
    : undefined;
/** A role that is recorded marks by itself. @throws Failure `input-rejected` */
const checkWithoutRole = async (reader: Reader, ids: readonly string[]): Promise<void> => {
  const [first, ...others] = await withRole(reader, ids);
  if (first === undefined) return;
  const names = [first, ...others].map(({ name, role }) => [name, ROLES[role]] as const);
  throw new Failure("input-rejected", {
    what: text(
      `administrators by the role of their CLOMO accounts: ${names.map(([name, role]) => `${name} (${role.en})`).join(", ")}`,
      `CLOMO アカウントの管理者権限が記録されています: ${names.map(([name, role]) => `${name}(${role.ja})`).join("、")}`,
    ),
    hint: step("take the role away", "管理者権限を外してください", line("clomo-account revoke", [first.name])),
  });
};

const checkUserId = (userId: string): void => {
  if (faultsOf(SECURED_USER.fields.userId.rule, userId).length === 0) return;
  throw new Failure("input-rejected", {
    what: text(`no ユーザーID: ${userId}`, `ユーザーIDとして使えません: ${userId}`),
    hint: text("at most 255 half-width letters and digits", "半角英数字 255 文字までです"),
  });
};

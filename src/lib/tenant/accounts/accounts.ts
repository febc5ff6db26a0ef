import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT_SETTINGS, PASSWORD_RULE, type Account, type AccountSettings } from "../../model/account.ts";
import { COMPOSITIONS, type Composition } from "../../model/composition.ts";
import { nounNamed } from "../../model/problem.ts";
import { text, type Text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import { permit } from "../policy/check.ts";
import type { ChangeOutcome, Session, TaskOf } from "../session.ts";
import {
  ACCOUNTS,
  readAccount,
  readSettings,
  removeCode,
  renamingsBy,
  writeAccount,
  writeMark,
  writeOfUser,
  writeSettings,
  type Renamings,
  type StoredAccount,
} from "./account-rows.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import type { Reader, Writer } from "../store/store.ts";
import { USERS } from "../records/user-rows.ts";
import { verifierOf } from "../verifier.ts";
import { checkValue, objectOf, recordOf, type ChangeResult } from "../records/records.ts";
import { meantBy, newName, permitChange, type AccountRequest, type AccountDraft } from "./draft.ts";

/** A request as it came. */
type Body = AccountRequest & { readonly dryRun?: boolean | undefined };

/** Accounts, as tasks for the console tell of them. */
export const HAND_ACCOUNTS = { list: ACCOUNTS };

/**
 * Gives a user an account name, and with it an account.
 *
 * @throws Failure `input-rejected` if the user has one, or a rule says no; `not-permitted`; `not-found`
 * @see facts 2.1, 2.2, 2.3
 */
export const createAccount = (
  session: Session,
  { user, ...body }: Body & { readonly user: string },
  once?: KeptRequest,
): Promise<ChangeResult<Account>> =>
  write(session, { verb: "create", id: user, body, once }, (before) => {
    if (before.name !== null) throw alreadyNamed(before, body);
  });

/** Changes an account. @throws Failure as {@link createAccount} */
export const editAccount = (session: Session, id: string, body: Body): Promise<ChangeResult<Account>> =>
  write(session, { verb: "edit", id, body }, checkNamed);

/** Gives an account a role, or what belongs to one. @throws Failure as {@link createAccount} */
export const grantRole = (
  session: Session,
  id: string,
  body: Body,
  once?: KeptRequest,
): Promise<ChangeResult<Account>> =>
  write(session, { verb: "grant", id, body, once }, (before) => {
    checkNamed(before);
    const role = body.role ?? before.role;
    if (role === "none") throw noRole(before, body.role === "none");
  });

/** Takes an account's role away: it can sign in to CLOMO PANEL no more. @throws Failure as {@link createAccount} @see facts 2.4 */
export const revokeRole = (
  session: Session,
  id: string,
  { dryRun }: { readonly dryRun?: boolean | undefined },
  once?: KeptRequest,
): Promise<ChangeResult<Account>> =>
  write(session, { verb: "revoke", id, body: { role: "none", dryRun }, once }, checkNamed);

/**
 * Sets the password anew, of which nobody but the person need know the former one.
 *
 * @throws Failure as {@link createAccount}
 * @see facts 2.3
 */
export const resetPassword = (
  session: Session,
  id: string,
  body: Pick<Body, "password" | "passwordInConsole" | "dryRun">,
  once?: KeptRequest,
): Promise<ChangeResult<Account>> =>
  write(session, { verb: "reset-password", id, body, once }, (before) => {
    checkNamed(before);
    if (body.password === undefined && body.passwordInConsole !== true && body.dryRun !== true) throw NO_PASSWORD;
  });

const NO_PASSWORD = new Failure("input-rejected", {
  what: text("the new password is missing", "新しいパスワードを指定してください"),
  hint: text(
    `pass --password-file FILE (${PASSWORD_RULE.en}); of a mirror of the console, set it there, and record that: --password-in-console`,
    `--password-file FILE を指定してください(${PASSWORD_RULE.ja})。管理画面のミラーでは管理画面で設定し、--password-in-console で記録してください`,
  ),
});

/** A request with the name that what names are composed of makes of it: an account that is there keeps its own, or gets that. */
const composed = async (
  reader: Reader,
  { name }: StoredAccount,
  { verb, id, given }: Pick<AccountChange, "verb" | "id"> & { readonly given: AccountRequest },
): Promise<AccountRequest> => {
  const isNew = verb === "create" && name === null;
  // a name is never cleared, which is told as such
  const stays = given.name === undefined || given.name === name || given.name.trim() === "";
  if (!isNew && stays) return given;
  return { ...given, name: await newName(reader, await recordOf(reader, USERS, id), given.name) };
};

/** What is asked of an account. */
interface AccountChange {
  readonly verb: "create" | "edit" | "grant" | "revoke" | "reset-password";
  /** the user's */
  readonly id: string;
  readonly body: Body;
  readonly once?: KeptRequest | undefined;
}

/** Whether a request changes what imports know of a user, or the mark. */
const isOfUser = (verb: AccountChange["verb"], { name, role, password, passwordInConsole }: AccountRequest): boolean =>
  verb === "create" || name !== undefined || role !== undefined || password !== undefined || passwordInConsole === true;

/** Writes an account: the row, the name, the password's time and the mark, or nothing. @param check what the verb alone says no to */
const write = async (
  session: Session,
  { verb, id, body: { dryRun = false, ...given }, once }: AccountChange,
  check: (before: StoredAccount) => void,
): Promise<ChangeResult<Account>> => {
  permit(session.asker, ["accounts.write"]);
  // hashing takes its time, and a transaction waits for nothing else
  const verifier =
    given.password === undefined || dryRun ? undefined : await verifierOf(given.password, session.surroundings.random);
  const replay = async (reader: Reader, kept: string, taskOf: TaskOf): Promise<ChangeResult<Account>> => {
    const after = await recordOf(reader, ACCOUNTS, kept);
    const consoleTask = await taskOf(objectOf(HAND_ACCOUNTS, after));
    return { before: verb === "create" ? null : after, after, consoleTask, dryRun };
  };
  const locks = isOfUser(verb, given) ? ["accounts", "users"] : ["accounts"];
  const change = { action: `accounts.${verb}`, locks, dryRun, once: once && { ...once, replay } };
  return session.change(change, async (writer) => {
    const before = await accountWith(writer, id);
    permitChange(session, before, given);
    check(before);
    const request = await composed(writer, before, { verb, id, given });
    const meant = await meantBy(writer, before, request, { id, asker: session.asker, dryRun });
    const was = verb === "create" ? null : await recordOf(writer, ACCOUNTS, id);
    if (was !== null && !differs(before, meant))
      return { result: { before: was, after: was, consoleTask: null, dryRun }, objects: [] };
    const applied = await apply(session, writer, { id, before, was, meant, verifier });
    const { after } = applied;
    const object = objectOf(HAND_ACCOUNTS, after);
    return {
      result: async (taskOf) => ({ before: was, after, consoleTask: await taskOf(object), dryRun }),
      ...applied,
    };
  });
};

/** The account of a user, who is there. @throws Failure `not-found` */
export const accountWith = async (reader: Reader, id: string): Promise<StoredAccount> => {
  const found = await readAccount(reader, id);
  if (found === undefined) throw unknownUser(id);
  return found;
};

/** What an account is made of. */
interface AppliedAccount {
  /** the user's */
  readonly id: string;
  readonly before: StoredAccount;
  /** as the tenant API has it; null of a new one */
  readonly was: Account | null;
  readonly meant: AccountDraft;
  /** of the password that is set, where one is kept */
  readonly verifier: string | undefined;
}

/** Makes an account what is meant. */
export const apply = async (
  session: Session,
  writer: Writer,
  { id, before, was, meant, verifier }: AppliedAccount,
): Promise<Omit<ChangeOutcome<unknown>, "result"> & { readonly after: Account }> => {
  const at = instant(session.surroundings);
  await keep(writer, before, { ...meant, verifier }, at);
  const after = await recordOf(writer, ACCOUNTS, id);
  return {
    objects: [objectOf(HAND_ACCOUNTS, after)],
    orgs: orgsOf(was, after),
    before: was ?? undefined,
    after,
  };
};

/** The organisations that a change of an account touches: the user's, and those that are managed. */
export const orgsOf = (...accounts: readonly (Account | null)[]): readonly string[] => [
  ...new Set(accounts.flatMap((one) => (one === null ? [] : [one.org.id, ...one.managedOrgs.map(({ id }) => id)]))),
];

/** Whether an account is another one by what a request makes of it. */
const differs = (before: StoredAccount, { values, name, passwordSet, isMarked }: AccountDraft): boolean =>
  name !== undefined ||
  passwordSet ||
  (isMarked !== undefined && isMarked !== before.isMarked) ||
  Object.entries(values).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof typeof values]),
  );

const keep = async (
  writer: Writer,
  before: StoredAccount,
  { values, name, passwordSet, isMarked, verifier }: AccountDraft & { readonly verifier: string | undefined },
  at: string,
): Promise<void> => {
  const { pk } = before;
  // what was set in the console is not known here
  const kept = passwordSet ? (verifier ?? null) : before.verifier;
  const createdAt = before.name === null ? at : before.createdAt;
  await writeAccount(writer, pk, { ...values, verifier: kept }, { at, createdAt });
  if (name !== undefined || passwordSet) await writeOfUser(writer, pk, { name, passwordSet }, at);
  if (isMarked !== undefined && isMarked !== before.isMarked) await writeMark(writer, pk, isMarked, at);
  // a code that was asked for before would set yet another password, or one of somebody who cannot sign in
  if (passwordSet || values.role === "none") await removeCode(writer, pk);
};

export const checkNamed = ({ name }: StoredAccount): void => {
  if (name !== null) return;
  throw new Failure("not-found", {
    what: text("this user has no CLOMO account", "このユーザーに CLOMO アカウントはありません"),
    hint: step("make one", "作成するには", line("clomo-account create", ["USER"], { account: "NAME" })),
  });
};

/** @see facts 1.3: an account is made once, and edited from then on */
const alreadyNamed = ({ name, role }: StoredAccount, given: AccountRequest): Failure => {
  const word = name ?? "";
  const isRoleAlone = role === "none" && given.role !== undefined && given.role !== "none";
  const command = isRoleAlone
    ? line("clomo-account grant", [word], {
        role: given.role,
        supportOption: given.supportOption === true || undefined,
        noticeMail: given.noticeMail === true || undefined,
      })
    : line("clomo-account edit", [word]);
  return new Failure("input-rejected", {
    what: text(`this user has the account ${name} already`, `このユーザーにはアカウント「${name}」があります`),
    hint: isRoleAlone
      ? step("to give it the role", "管理者権限を付与するには", command)
      : step("to change it", "変更するには", command),
  });
};

const noRole = ({ name }: StoredAccount, isNone: boolean): Failure => {
  const word = name ?? "";
  const hint: Text = isNone
    ? text(
        `to take the role away: ${line("clomo-account revoke", [word])}`,
        `管理者権限を外すには: ${line("clomo-account revoke", [word])}`,
      )
    : text(
        "say which: --role system|division|operator|custom",
        "--role system|division|operator|custom を指定してください",
      );
  return new Failure("input-rejected", {
    what: text(`no role is given to ${name}`, `「${name}」に付与する管理者権限がありません`),
    where: "--role",
    hint,
  });
};

const unknownUser = (id: string): Failure => {
  const { en, ja } = nounNamed("user");
  return new Failure("not-found", {
    what: text(`no ${en} ${id}`, `${ja} ${id} はありません`),
    hint: text(`see ${line("users list", [])}`, `確認: ${line("users list", [])}`),
  });
};

/** What a request says of the settings; what is missing stays. */
interface SettingsRequest {
  readonly composition?: Composition | undefined;
  readonly authentication?: string | null | undefined;
  /** see `ChangeOf` */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Sets what account names are composed of, and the authentication type, which is kept as it is given. Existing names stay.
 *
 * @throws Failure `not-permitted`, `input-rejected`
 * @see seed 001
 */
export const setSettings = (
  session: Session,
  { composition, authentication, seen, dryRun = false }: SettingsRequest,
): Promise<ChangeResult<AccountSettings>> =>
  session.change({ action: "accounts.settings", locks: ["accounts"], seen, dryRun }, async (writer) => {
    permit(session.asker, ["accounts.settings"]);
    const before = await readSettings(writer);
    const after: AccountSettings = {
      ...before,
      composition: composition ?? before.composition,
      authentication: authentication === undefined ? before.authentication : checkedType(authentication),
      recorded: true,
    };
    if (JSON.stringify(before) === JSON.stringify(after))
      return { result: { before, after, consoleTask: null, dryRun }, objects: [] };
    await writeSettings(writer, after);
    const object = { thing: ACCOUNT_SETTINGS.name, id: after.id, name: COMPOSITIONS[after.composition].ja };
    return {
      result: async (taskOf) => ({ before, after, consoleTask: await taskOf(object), dryRun }),
      objects: [object],
      before,
      after,
    };
  });

const checkedType = (typed: string | null): string | null =>
  typed === null || typed.trim() === ""
    ? null
    : checkValue("authentication", ACCOUNT_SETTINGS.fields.authentication, typed);

/** The accounts that are told of a composition. */
const MAX_TOLD = 1000;

/** How the names of existing accounts would be by a composition. */
export const renamings = (session: Session, composition: Composition): Promise<Renamings> =>
  session.read((reader) => renamingsBy(reader, composition, MAX_TOLD));

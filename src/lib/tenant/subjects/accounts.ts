import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { ACCOUNT_SETTINGS, PASSWORD_RULE, type Account, type AccountSettings } from "../../nouns/account.ts";
import { ACCOUNT_NAME_COMPOSITIONS } from "../../model/composition.ts";
import type { Given } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import type { ChangeOutcome, Session } from "../ledger/session.ts";
import {
  ACCOUNTS,
  readAccount,
  readAccountSettings,
  writeAccount,
  writeAdministratorMark,
  writeCredentials,
  writeAccountSettings,
  type StoredAccount,
} from "../ledger/account-rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { USER_LIST } from "../ledger/user-rows.ts";
import { createPasswordVerifier } from "./verifier.ts";
import {
  checkFieldValue,
  createUnknownIdFailure,
  validateTextValue,
  toChangedObject,
  getRecordById,
  type ChangeResult,
} from "../ledger/records.ts";
import {
  buildAccountDraft,
  composeAccountName,
  permitAccountChange,
  type AccountRequest,
  type AccountDraft,
} from "./account-draft.ts";

export type WrittenAccount = ChangeResult<Account>;
export type WrittenAccountSettings = ChangeResult<AccountSettings>;

type AccountBody = AccountRequest & Given<Record<"dryRun" | "alreadyInConsole", boolean>>;

export const ACCOUNT_RECORD_TYPE = { list: ACCOUNTS };

/** @throws Failure `input-rejected`, `not-permitted`, `not-found` @see facts 2.1 */
export const createAccount = (
  session: Session,
  { user, ...body }: AccountBody & { readonly user: string },
): Promise<WrittenAccount> =>
  writeAccountChange(session, { verb: "create", id: user, body }, (before) => {
    if (before.name !== null) throw createAccountExistsFailure(before);
  });

export const editAccount = (session: Session, id: string, body: AccountBody): Promise<WrittenAccount> =>
  writeAccountChange(session, { verb: "edit", id, body }, requireAccountName);

export const revokeRole = (session: Session, id: string, { dryRun }: AccountBody): Promise<WrittenAccount> =>
  writeAccountChange(session, { verb: "revoke", id, body: { role: "none", dryRun } }, requireAccountName);

/** Sets a new password without requiring the old one. @throws Failure as {@link createAccount} @see facts 2.3 */
export const resetPassword = (
  session: Session,
  id: string,
  body: Pick<AccountBody, "password" | "passwordInConsole" | "forSignIn" | "dryRun">,
): Promise<WrittenAccount> =>
  writeAccountChange(session, { verb: "reset-password", id, body }, (before) => {
    requireAccountName(before);
    if (body.password === undefined && body.passwordInConsole !== true && body.dryRun !== true)
      throw PASSWORD_MISSING_FAILURE;
  });

const PASSWORD_MISSING_FAILURE = new Failure("input-rejected", {
  what: text("the new password is missing", "新しいパスワードを指定してください"),
  hint: text(
    `pass --password-file FILE (${PASSWORD_RULE.en}); in a mirror, set the password in the console, then pass --password-in-console`,
    `--password-file FILE を指定してください(${PASSWORD_RULE.ja})。ミラーでは、管理画面でパスワードを設定してから、--password-in-console を指定してください`,
  ),
});

const applyComposition = async (
  reader: Reader,
  { name }: StoredAccount,
  { verb, id, given }: Pick<AccountChange, "verb" | "id"> & { readonly given: AccountRequest },
): Promise<AccountRequest> => {
  const stays = given.name === undefined || given.name === name || given.name.trim() === "";
  if (verb !== "create" && stays) return given;
  return { ...given, name: await composeAccountName(reader, await getRecordById(reader, USER_LIST, id), given.name) };
};

interface AccountChange {
  readonly verb: "create" | "edit" | "revoke" | "reset-password";
  readonly id: string;
  readonly body: AccountBody;
}

const changesUserRecord = (verb: AccountChange["verb"], { name, role, password, passwordInConsole }: AccountRequest) =>
  verb === "create" || name !== undefined || role !== undefined || password !== undefined || passwordInConsole === true;

const writeAccountChange = async (
  session: Session,
  { verb, id, body: { dryRun = false, alreadyInConsole = false, ...given } }: AccountChange,
  check: (before: StoredAccount) => void,
): Promise<WrittenAccount> => {
  // hash before the transaction, because hashing is slow
  const verifier =
    given.password === undefined || dryRun
      ? undefined
      : await createPasswordVerifier(given.password, session.surroundings.random);
  const locks = ["accounts", ...(changesUserRecord(verb, given) ? (["users"] as const) : [])] as const;
  const change = { action: `accounts.${verb}`, locks, dryRun, alreadyInConsole, once: true } as const;
  return session.change(change, async (writer) => {
    const before = await getStoredAccount(writer, id);
    permitAccountChange(session, before, given);
    check(before);
    const request = await applyComposition(writer, before, { verb, id, given });
    const meant = await buildAccountDraft(writer, before, request, dryRun);
    const was = verb === "create" ? null : await getRecordById(writer, ACCOUNTS, id);
    if (was !== null && verifier === undefined && !isAccountChanged(before, meant))
      return { result: { before: was, after: was, consoleTask: null, dryRun }, objects: [] };
    const applied = await applyAccountDraft(session, writer, { id, before, was, meant, verifier });
    const { after } = applied;
    return {
      // a password that is only for signing in to a server needs no task for the console
      result: (task) => ({ before: was, after, consoleTask: given.forSignIn === true ? null : task, dryRun }),
      ...applied,
    };
  });
};

export const getStoredAccount = async (reader: Reader, id: string): Promise<StoredAccount> => {
  const found = await readAccount(reader, id);
  if (found === undefined) throw createUnknownIdFailure("user", id);
  return found;
};

interface AccountUpdate {
  readonly id: string;
  readonly before: StoredAccount;
  /** the account before the change; null for a new account */
  readonly was: Account | null;
  readonly meant: AccountDraft;
  /** verifier of the new password; undefined if clomoctl does not set the password */
  readonly verifier: string | undefined;
}

export const applyAccountDraft = async (
  session: Session,
  writer: Writer,
  { id, before, was, meant, verifier }: AccountUpdate,
): Promise<Omit<ChangeOutcome<unknown>, "result"> & { readonly after: Account }> => {
  const at = getCurrentInstant(session.surroundings);
  const { values, name, passwordSet, isMarked } = meant;
  const { pk } = before;
  const kept = verifier ?? before.verifier;
  const createdAt = before.name === null ? at : before.createdAt;
  await writeAccount(writer, pk, { ...values, verifier: kept }, { at, createdAt });
  if (name !== undefined || passwordSet) await writeCredentials(writer, pk, { name, passwordSet }, at);
  if (isMarked !== undefined && isMarked !== before.isMarked) await writeAdministratorMark(writer, pk, isMarked, at);
  const after = await getRecordById(writer, ACCOUNTS, id);
  return { objects: [toChangedObject(ACCOUNT_RECORD_TYPE, after)], before: was ?? undefined, after };
};

/** Changes an account in the caller's transaction. Returns the same record twice if nothing changes. */
export const changeAccount = async (
  session: Session,
  writer: Writer,
  { id, request, dryRun }: { readonly id: string; readonly request: AccountRequest; readonly dryRun: boolean },
): Promise<Readonly<{ before: Account; after: Account }>> => {
  const before = await getStoredAccount(writer, id);
  permitAccountChange(session, before, request);
  const meant = await buildAccountDraft(writer, before, request, dryRun);
  const was = await getRecordById(writer, ACCOUNTS, id);
  if (!isAccountChanged(before, meant)) return { before: was, after: was };
  const { after } = await applyAccountDraft(session, writer, { id, before, was, meant, verifier: undefined });
  return { before: was, after };
};

const isAccountChanged = (before: StoredAccount, { values, name, passwordSet, isMarked }: AccountDraft): boolean =>
  name !== undefined ||
  passwordSet ||
  (isMarked !== undefined && isMarked !== before.isMarked) ||
  Object.entries(values).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof typeof values]),
  );

export const requireAccountName = ({ name }: StoredAccount): void => {
  if (name !== null) return;
  throw new Failure("not-found", {
    what: text("this user does not have a CLOMO account", "このユーザーに CLOMO アカウントはありません"),
    hint: step(
      "to create an account",
      "アカウントを作成するには",
      line("clomo-account create", ["USER"], { account: "NAME" }),
    ),
  });
};

const createAccountExistsFailure = ({ name }: StoredAccount): Failure =>
  new Failure("input-rejected", {
    what: text(`this user already has the account ${name}`, `このユーザーにはすでにアカウント「${name}」があります`),
    hint: step("to change this account", "アカウントを変更するには", line("clomo-account edit", [name ?? ""])),
  });

type AccountSettingsRequest = Given<Pick<AccountSettings, "composition" | "authentication"> & { dryRun: boolean }>;

export const updateAccountSettings = (
  session: Session,
  { composition, authentication, dryRun = false }: AccountSettingsRequest,
): Promise<WrittenAccountSettings> =>
  session.change({ action: "accounts.settings", locks: ["accounts"], dryRun }, async (writer) => {
    if (composition !== undefined) checkFieldValue("composition", ACCOUNT_SETTINGS.fields.composition, composition);
    const before = await readAccountSettings(writer);
    const after: AccountSettings = {
      ...before,
      composition: composition ?? before.composition,
      authentication:
        authentication === undefined
          ? before.authentication
          : validateTextValue("authentication", ACCOUNT_SETTINGS.fields.authentication, authentication),
      recorded: true,
    };
    if (JSON.stringify(before) === JSON.stringify(after))
      return { result: { before, after, consoleTask: null, dryRun }, objects: [] };
    await writeAccountSettings(writer, after);
    const name = ACCOUNT_NAME_COMPOSITIONS[after.composition].ja;
    const objects = [{ thing: ACCOUNT_SETTINGS.name, id: after.id, name }];
    return { result: (consoleTask) => ({ before, after, consoleTask, dryRun }), objects, before, after };
  });

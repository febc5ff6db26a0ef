import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import {
  ROLES_ABOVE_OPERATOR,
  ACCOUNT,
  ROLES_WITH_MANAGED_ORGS,
  PASSWORD_RULE,
  findPasswordFault,
  ROLES,
  type Account,
  type Role,
} from "../../nouns/account.ts";
import { buildAccountName, ACCOUNT_NAME_COMPOSITIONS, type AccountNameParts } from "../../model/composition.ts";
import type { Given } from "../../model/thing.ts";
import { findTimeZone } from "../../model/time.ts";
import { USER } from "../../nouns/user.ts";
import { text, type Text } from "../../text/index.ts";
import { requirePermission } from "../ledger/check-rights.ts";
import type { Session } from "../ledger/session.ts";
import {
  findScheme,
  isAboveOperator,
  createSystemOnlyFailure,
  readAccountSettings,
  filterExistingOrgs,
  type StoredAccount,
} from "../ledger/account-rows.ts";
import { findRecordNumberById, findValueHolder } from "../ledger/record-rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import {
  checkFieldValue,
  createFieldFailure,
  createUnknownIdFailure,
  validateFieldValue,
  validateTextValue,
} from "../ledger/records.ts";
import { isMirror } from "../ledger/tenant-rows.ts";

/** With `forSignIn`, the password of a mirror is only for signing in to a server. */
export type AccountRequest = Given<
  Pick<Account, "role" | "managesAll" | "supportOption" | "noticeMail" | "language" | "timezone" | "memo"> &
    Record<"name" | "scheme" | "password", string> &
    Record<"passwordInConsole" | "forSignIn", boolean> & { managedOrgs: readonly string[] }
>;

const { fields: FIELDS } = ACCOUNT;

/** @throws `not-permitted` @see facts 2.1 */
export const permitAccountChange = ({ actor }: Session, before: StoredAccount, given: AccountRequest): void => {
  requirePermission(actor, ["accounts.write"]);
  permitPrivilegedAccount(actor, before);
  if (given.password !== undefined && before.pk === actor.account?.user) requirePermission(actor, ["sign-in"]);
  if (ROLES_ABOVE_OPERATOR.includes(given.role ?? "none") || given.supportOption === true)
    requirePermission(actor, ["accounts.roles"]);
  if (given.managedOrgs !== undefined || given.managesAll !== undefined) requirePermission(actor, ["accounts.orgs"]);
  if (actor.role === "custom" && needsUserRights(before, given)) requirePermission(actor, ["users.write"]);
};

/** A change that renames an account or grants no role also needs the right to change users. */
const needsUserRights = (before: StoredAccount, { name, role = before.role }: AccountRequest): boolean =>
  (before.name !== null && name !== undefined && name !== before.name) || (before.role === "none" && role === "none");

export const permitPrivilegedAccount = (actor: Session["actor"], account: StoredAccount): void => {
  if (!isAboveOperator(account)) return;
  if (actor.role !== "system") throw createSystemOnlyFailure(account);
};

export type AccountDraft = Awaited<ReturnType<typeof buildAccountDraft>>;

/** @throws Failure `input-rejected`, `not-found` @see facts 2.1, 2.2, 2.3 */
export const buildAccountDraft = async (
  writer: Writer,
  before: StoredAccount,
  given: AccountRequest,
  dryRun = false,
) => {
  for (const one of ["role", "managesAll", "supportOption", "noticeMail", "language", "timezone", "memo"] as const)
    if (given[one] !== undefined) checkFieldValue(one, FIELDS[one], given[one]);
  const name = await resolveAccountName(writer, before, given.name);
  const kept = before.managedOrgs === null ? [] : await filterExistingOrgs(writer, before.managedOrgs);
  const { role = before.role } = given;
  const passwordSet = await checkPassword(writer, before, given, { name: name ?? before.name ?? "", role, dryRun });
  const isCustom = role === "custom";
  const isAsBefore = given.managedOrgs === undefined && given.managesAll === undefined && before.managedOrgs === null;
  const managesAll = given.managesAll ?? (isCustom && before.role === "custom" && isAsBefore);
  const isNamed = given.managedOrgs !== undefined && given.managedOrgs.length > 0;
  if (managesAll && (!isCustom || isNamed)) throw createFieldFailure(FIELDS.managesAll.label, MANAGES_ALL_RULE);
  const hasOrgs = !managesAll && (isNamed || ROLES_WITH_MANAGED_ORGS.includes(role));
  const hasScheme = given.scheme !== undefined || (isCustom && before.scheme !== null);
  const supportOption = given.supportOption ?? (role === "system" && before.supportOption);
  return {
    values: {
      role,
      scheme: hasScheme ? await resolveScheme(writer, before, given) : null,
      managedOrgs: hasOrgs ? await (given.managedOrgs ? resolveOrgNumbers(writer, given.managedOrgs) : kept) : null,
      supportOption,
      noticeMail: given.noticeMail ?? (supportOption && before.noticeMail),
      language: given.language === undefined ? before.language : given.language,
      timezone: resolveTimezone(before, given),
      memo: given.memo === undefined ? before.memo : validateTextValue("memo", FIELDS.memo, given.memo),
      verifier: before.verifier,
    },
    name,
    passwordSet,
    isMarked: given.role === undefined ? undefined : role !== "none",
  };
};

const MANAGES_ALL_RULE = text(
  "only a custom administrator can manage all organisations; do not also specify individual organisations",
  "すべての組織を管理対象にできるのはカスタム管理者だけです。その場合、個別の組織は指定できません",
);

const resolveTimezone = (before: StoredAccount, { timezone: typed }: AccountRequest): string | null => {
  if (typed === undefined) return before.timezone;
  if (typed === null || typed === "") return null;
  const zone = findTimeZone(typed);
  if (zone !== undefined) return zone;
  throw createFieldFailure(
    FIELDS.timezone.label,
    text(`there is no time zone "${typed}"`, `「${typed}」というタイムゾーンはありません`),
    text("for example Asia/Tokyo", "例: Asia/Tokyo"),
  );
};

/** Returns undefined if the name does not change. @see facts 1.3, 2.2 */
const resolveAccountName = async (reader: Reader, before: StoredAccount, typed: string | undefined) => {
  if (typed === undefined) return undefined;
  const { label } = FIELDS.name;
  if (typed.trim() === "")
    throw createFieldFailure(label, text("can be changed, but not cleared", "変更できますが、空にはできません"));
  const name = validateFieldValue("name", FIELDS.name, typed);
  if (name === before.name) return undefined;
  const holder = await findValueHolder(reader, USER, { field: "accountName", value: name });
  if (holder === undefined || holder === before.pk) return name;
  const show = line("clomo-account show", [name]);
  throw createFieldFailure(
    label,
    text(`"${name}" is already used`, `「${name}」はすでに使われています`),
    text(`to show the account with this name: ${show}`, `確認: ${show}`),
  );
};

/** Returns true if the account gets a password. @see facts 2.2, 2.3 */
const checkPassword = async (
  reader: Reader,
  before: StoredAccount,
  { password, passwordInConsole = false, forSignIn = false }: AccountRequest,
  { name, role, dryRun }: { readonly name: string; readonly role: Role; readonly dryRun: boolean },
): Promise<boolean> => {
  const isOfMirror = await isMirror(reader);
  const { label } = FIELDS.password;
  if (password !== undefined && isOfMirror && !forSignIn) {
    throw createFieldFailure(
      label,
      text("the passwords of a mirror are set in the console, not here", "ミラーのパスワードは管理画面で設定します"),
      SET_PASSWORD_IN_CONSOLE_HINT,
    );
  }
  if ((forSignIn || passwordInConsole) && !isOfMirror)
    throw createFieldFailure(label, NO_MIRROR_REASON, PASSWORD_FILE_HINT);
  if (password !== undefined) {
    if (password === "")
      throw createFieldFailure(label, text("must not be blank", "空にできません"), ANOTHER_PASSWORD_HINT);
    const fault = role === "none" ? undefined : findPasswordFault(password);
    if (fault !== undefined) throw createFieldFailure(label, fault, ANOTHER_PASSWORD_HINT);
    return !forSignIn;
  }
  if (passwordInConsole) return true;
  if (role === "none" || before.role !== "none") return false;
  if (dryRun) return true;
  const { [role]: meant } = ROLES;
  throw createFieldFailure(
    label,
    text(`${name} needs a password for the role ${meant.en}`, `「${name}」を${meant.ja}にするにはパスワードが必要です`),
    isOfMirror ? SET_PASSWORD_IN_CONSOLE_HINT : PASSWORD_FILE_HINT,
  );
};

const NO_MIRROR_REASON = text("only a mirror has passwords in the console", "ミラーではないため指定できません");

const SET_PASSWORD_IN_CONSOLE_HINT = text(
  "set the password in the console, then pass --password-in-console",
  "管理画面でパスワードを設定してから、--password-in-console を指定してください",
);

const PASSWORD_FILE_HINT = text(
  `pass --password-file FILE (${PASSWORD_RULE.en})`,
  `--password-file FILE を指定してください(${PASSWORD_RULE.ja})`,
);

const ANOTHER_PASSWORD_HINT = text("choose another password", "別のパスワードを指定してください");

const resolveScheme = async (writer: Writer, before: StoredAccount, { scheme }: AccountRequest) => {
  await writer.lock(["schemes"]);
  if (scheme === undefined) return before.scheme;
  const found = await findScheme(writer, scheme);
  if (found !== undefined) return found;
  const list = line("roles schemes list", []);
  throw new Failure("not-found", {
    what: text(`no permission scheme matches "${scheme}"`, `「${scheme}」というカスタム管理権限スキームはありません`),
    where: "--scheme",
    hint: step("to list the schemes", "スキームの一覧", list),
  });
};

const resolveOrgNumbers = async (writer: Writer, ids: readonly string[]): Promise<readonly number[]> => {
  await writer.lock(["orgs"]);
  const pks: number[] = [];
  for (const id of new Set(ids)) {
    const pk = await findRecordNumberById(writer, "org", id);
    if (pk === undefined) throw createUnknownIdFailure("org", id);
    pks.push(pk);
  }
  return pks.toSorted((a, b) => a - b);
};

export const composeAccountName = async (
  reader: Reader,
  user: AccountNameParts & { readonly name: string },
  typed: string | undefined,
): Promise<string> => {
  const { composition } = await readAccountSettings(reader);
  const composed = buildAccountName(composition, user);
  const given = typed?.trim() === "" ? undefined : typed;
  if (composed === undefined) {
    if (given !== undefined) return given;
    throw createNameFailure(text("an account name is required", "アカウント名を指定してください"), ACCOUNT_NAME_HINT);
  }
  const { en, ja } = ACCOUNT_NAME_COMPOSITIONS[composition];
  if (composed === null || composed === "") {
    throw createNameFailure(
      text(
        `${user.name} does not have the value that account names are built from: ${en}`,
        `「${user.name}」に、アカウント名を構成する情報「${ja}」がありません`,
      ),
      SET_VALUE_HINT,
    );
  }
  if (given === undefined || given === composed) return composed;
  throw createNameFailure(
    text(
      `the account name must be "${composed}" (built from: ${en}), not "${given}"`,
      `「${given}」は、アカウント名を構成する情報「${ja}」と異なります。「${composed}」を指定してください`,
    ),
  );
};

const ACCOUNT_NAME_HINT = text("specify the name with --account NAME", "--account 名前 で指定してください");

const SET_VALUE_HINT = text(
  `to set the missing value: ${line("users edit", ["USER"])}`,
  `足りない値を設定するには: ${line("users edit", ["USER"])}`,
);

const SHOW_COMPOSITION_HINT = text(
  `to show what account names are built from: ${line("clomo-account settings show", [])}`,
  `アカウント名を構成する情報の確認: ${line("clomo-account settings show", [])}`,
);

const createNameFailure = (reason: Text, hint = SHOW_COMPOSITION_HINT): Failure =>
  createFieldFailure(FIELDS.name.label, reason, hint);

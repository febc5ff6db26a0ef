import { commandName, line, step } from "../../advice/index.ts";
import type { User } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ABOVE_OPERATOR, ACCOUNT, MANAGING, PASSWORD_RULE, passwordFault } from "../../model/account.ts";
import { composedName, COMPOSITIONS, type NameParts, type Composition } from "../../model/composition.ts";
import { ROLES, type Role } from "../../model/role.ts";
import { zoneNamed } from "../../model/time.ts";
import type { AccountState } from "../../rules/account.ts";
import { judgeRecord } from "../../rules/index.ts";
import { joined, text, type Text } from "../../text/index.ts";
import { shownOption, typedWord } from "../../text/shell-word.ts";
import type { Actor } from "../policy/asker.ts";
import { CHANGING_USERS, may, permit } from "../policy/check.ts";
import { enforceFor } from "../policy/enforce.ts";
import type { Session } from "../session.ts";
import {
  findScheme,
  holderOfName,
  isAbove,
  ofSystemAlone,
  readSettings,
  thereOf,
  type AccountValues,
  type StoredAccount,
} from "./account-rows.ts";
import { ROOT } from "../records/org-rows.ts";
import { numberOf } from "../records/record-rows.ts";
import type { Reader, Writer } from "../store/store.ts";
import { USERS } from "../records/user-rows.ts";
import { checkValue, recordOf, unusable } from "../records/records.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** What a request says of an account; what is missing stays. */
export interface AccountRequest {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  /** a scheme's name or id */
  readonly scheme?: string | undefined;
  /** ids */
  readonly managedOrgs?: readonly string[] | undefined;
  /** of a custom administrator: all organisations are managed */
  readonly managesAll?: boolean | undefined;
  readonly supportOption?: boolean | undefined;
  readonly noticeMail?: boolean | undefined;
  readonly language?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly memo?: string | null | undefined;
  readonly password?: string | undefined;
  /** of a mirror: the password was set in the console */
  readonly passwordInConsole?: boolean | undefined;
}

const { fields: FIELDS } = ACCOUNT;

const refused = (label: Text, reason: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what: text(`${label.en}: ${reason.en}`, `${label.ja}: ${reason.ja}`), hint });

/**
 * Checks that somebody may change an account as asked; before its values are looked at.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1: operators are made by division and custom administrators, all others by system administrators; that a
 *   scheme without users is for operators alone is ours
 */
export const permitChange = ({ asker }: Session, before: StoredAccount, given: AccountRequest): void => {
  permit(asker, ["accounts.write"]);
  permitAccountOf(asker, before);
  if (ABOVE_OPERATOR.includes(given.role ?? "none") || given.supportOption === true) permit(asker, ["accounts.roles"]);
  if (given.managedOrgs !== undefined || given.managesAll !== undefined) permit(asker, ["accounts.orgs"]);
  if (asker.role === "custom" && isOfUser(before, given)) permit(asker, CHANGING_USERS);
};

/** Whether a change of an account is one of a user rather than of an operator: it renames it, or is of one without a role. */
const isOfUser = (before: StoredAccount, { name, role = before.role }: AccountRequest): boolean =>
  (before.name !== null && name !== undefined && name !== before.name) || (before.role === "none" && role === "none");

/**
 * Nobody but a system administrator changes the account, or the user, of who holds a role above operator, or may hold one.
 *
 * @throws Failure `not-permitted`
 */
export const permitAccountOf = (asker: Session["asker"], account: StoredAccount): void => {
  if (asker.role === "system" || !isAbove(account)) return;
  throw ofSystemAlone(account, text("changes the account and its user", "このアカウントとそのユーザーを変更できる"));
};

/** What an account is to be. */
export interface AccountDraft {
  readonly values: AccountValues;
  /** a name that it does not have yet */
  readonly name: string | undefined;
  readonly passwordSet: boolean;
  /** undefined: as it is */
  readonly isMarked: boolean | undefined;
}

/** Of which user, who asks, for what is proposed to him, and whether the change is only tried. */
interface UserRequest {
  readonly id: string;
  readonly asker: Actor;
  readonly dryRun?: boolean;
}

/**
 * What a request makes of an account.
 *
 * @throws Failure `input-rejected` where a rule says no, `not-found` where an organisation or a scheme is not there
 * @see facts 2.1, 2.2, 2.3
 */
export const meantBy = async (
  writer: Writer,
  before: StoredAccount,
  given: AccountRequest,
  { id, asker, dryRun = false }: UserRequest,
): Promise<AccountDraft> => {
  const name = await meantName(writer, before, given.name, { id, asker });
  const kept = before.managedOrgs === null ? [] : await thereOf(writer, before.managedOrgs);
  const after = stateAfter(before, given, kept, name ?? before.name);
  const passwordSet = await checkPassword(writer, before, given, { name: after.name ?? "", role: after.role, dryRun });
  // an organisation that is gone counts as a change: the account must not end up without any, which would mean all
  const unchanged = stateAfter(before, {}, before.managedOrgs ?? [], before.name);
  enforceFor(asker, judgeRecord(ACCOUNT.name, { before: unchanged, after }));
  return {
    values: {
      role: after.role,
      scheme: after.hasScheme ? await schemeOf(writer, before, given) : null,
      managedOrgs:
        after.managedOrgs.length === 0 ? null : given.managedOrgs ? await orgsWith(writer, given.managedOrgs) : kept,
      supportOption: after.supportOption,
      noticeMail: after.noticeMail,
      language: given.language === undefined ? before.language : given.language,
      timezone: after.timezone === null ? null : (zoneNamed(after.timezone) ?? null),
      memo: meantMemo(before, given),
      verifier: before.verifier,
    },
    name,
    passwordSet,
    isMarked: given.role === undefined ? undefined : after.role !== "none",
  };
};

/** What an account would be: what its role does not have goes with the role, unless the request says it. */
const stateAfter = (
  before: StoredAccount,
  given: AccountRequest,
  kept: readonly number[],
  name: string | null,
): AccountState => {
  const { role = before.role } = given;
  const isCustom = role === "custom";
  const isAsBefore = given.managedOrgs === undefined && given.managesAll === undefined && before.managedOrgs === null;
  const managesAll = given.managesAll ?? (isCustom && before.role === "custom" && isAsBefore);
  const supportOption = given.supportOption ?? (role === "system" && before.supportOption);
  return {
    name,
    isInRoot: before.org === ROOT,
    role,
    hasScheme: given.scheme === undefined ? isCustom && before.scheme !== null : true,
    managesAll,
    managedOrgs: given.managedOrgs ?? (MANAGING.includes(role) && !managesAll ? kept.map(String) : []),
    supportOption,
    noticeMail: given.noticeMail ?? (supportOption && before.noticeMail),
    timezone: given.timezone === undefined ? before.timezone : given.timezone === "" ? null : given.timezone,
  };
};

interface AccountNameAndRole {
  readonly name: string;
  readonly role: Role;
}

/** @returns a name that it does not have yet. @see facts 1.3: names are unique in the tenant; facts 2.2: required */
const meantName = async (
  reader: Reader,
  before: StoredAccount,
  typed: string | undefined,
  asking: UserRequest,
): Promise<string | undefined> => {
  if (typed === undefined) return undefined;
  const { label } = FIELDS.name;
  if (typed.trim() === "")
    enforceFor(
      asking.asker,
      judgeRecord(USERS.thing.name, { before: { accountName: before.name ?? typed }, after: { accountName: null } }),
    );
  const name = checkValue("name", FIELDS.name, typed);
  if (name === before.name) return undefined;
  const holder = await holderOfName(reader, name);
  if (holder === undefined || holder.pk === before.pk) return name;
  const ways = await otherwiseNamed(reader, asking);
  if (holder.called === null) {
    const refusal = unusable(label, name);
    throw ways.length === 0 ? refusal : refusal.with({ hint: joined(ways, text("; ", "。")) });
  }
  const show = line("clomo-account show", [name]);
  throw refused(
    label,
    text(
      `${name} is already that of the user ${holder.called}`,
      `「${name}」はユーザー「${holder.called}」が使っています`,
    ),
    joined([text(`see it: ${show}`, `確認: ${show}`), ...ways], text("; ", "。")),
  );
};

/** What gives an account another name than the one that names are composed of; of free text nothing is told. */
const otherwiseNamed = async (reader: Reader, { id, asker }: UserRequest): Promise<readonly Text[]> => {
  const { composition } = await readSettings(reader);
  if (composition === "free-text") return [];
  const edit = may(asker, "users.write") ? givingLine(composition, await recordOf(reader, USERS, id)) : undefined;
  return [
    ...(edit === undefined
      ? []
      : [text(`to give the user another value: ${edit}`, `ユーザーの値を変えるには: ${edit}`)]),
    may(asker, "accounts.settings") ? COMPOSE_OTHERWISE : ASK_TO_COMPOSE,
  ];
};

const COMPOSE_OTHERWISE = text(
  `to compose names of something else: ${commandName("clomo-account settings set")} --composition …`,
  `構成する情報を変えるには: ${commandName("clomo-account settings set")} --composition …`,
);

const ASK_TO_COMPOSE = text(
  "ask a system administrator to compose names of something else",
  "構成する情報の変更はシステム管理者に依頼してください",
);

/**
 * A role needs a password; one is set with the role, as the console's form asks for it then. A mirror keeps none: there it
 * is set in the console. A dry run goes on without it, as with one that holds.
 *
 * @returns whether one is set
 * @see facts 2.2, 2.3
 */
const checkPassword = async (
  reader: Reader,
  before: StoredAccount,
  { password, passwordInConsole = false }: AccountRequest,
  { name, role, dryRun }: AccountNameAndRole & { readonly dryRun: boolean },
): Promise<boolean> => {
  const isOfMirror = await isMirror(reader);
  const { label } = FIELDS.password;
  if (password !== undefined && isOfMirror) {
    throw refused(
      label,
      text(
        "this tenant mirrors a console, which keeps the passwords; clomoctl keeps none of it",
        "このテナントは管理画面のミラーです。パスワードは管理画面で設定し、clomoctl は保存しません",
      ),
      IN_CONSOLE,
    );
  }
  if (passwordInConsole && !isOfMirror) {
    throw refused(
      label,
      text(
        "this tenant mirrors no console in which the password could be set",
        "このテナントは管理画面のミラーではないため、パスワードを管理画面で設定できません",
      ),
      BY_FILE,
    );
  }
  if (password !== undefined) {
    if (password === "") throw refused(label, text("must not be blank", "空にできません"), ANOTHER_PASSWORD);
    const fault = role === "none" ? undefined : passwordFault(password);
    if (fault !== undefined) throw refused(label, fault, ANOTHER_PASSWORD);
    return true;
  }
  if (passwordInConsole) return true;
  if (role === "none" || before.role !== "none") return false;
  if (dryRun) return true;
  const { [role]: meant } = ROLES;
  throw refused(
    label,
    text(`${name} needs one as ${meant.en}`, `「${name}」を${meant.ja}にするには必要です`),
    isOfMirror ? IN_CONSOLE : BY_FILE,
  );
};

const IN_CONSOLE = text(
  "set it in the console, and record that: --password-in-console",
  "管理画面で設定し、そのことを記録してください: --password-in-console",
);

const BY_FILE = text(
  `pass --password-file FILE (${PASSWORD_RULE.en})`,
  `--password-file FILE を指定してください(${PASSWORD_RULE.ja})`,
);

const ANOTHER_PASSWORD = text(
  "write another one into the file of --password-file, and run the command again",
  "--password-file のファイルに別のパスワードを書いて、もう一度実行してください",
);

/** The scheme that a request names, else the one that there is. @throws Failure `not-found` */
const schemeOf = async (writer: Writer, before: StoredAccount, { scheme }: AccountRequest): Promise<number | null> => {
  await writer.lock(["schemes"]);
  if (scheme === undefined) return before.scheme;
  const found = await findScheme(writer, scheme);
  if (found !== undefined) return found;
  const list = line("roles schemes list", []);
  throw new Failure("not-found", {
    what: text(`no custom scheme is named ${scheme}`, `「${scheme}」というカスタム管理権限スキームはありません`),
    where: "--scheme",
    hint: step("see them", "一覧", list),
  });
};

/** @returns the organisations' numbers. @throws Failure `not-found` */
const orgsWith = async (writer: Writer, ids: readonly string[]): Promise<readonly number[]> => {
  await writer.lock(["orgs"]);
  const pks: number[] = [];
  for (const id of new Set(ids)) {
    const pk = await numberOf(writer, "org", id);
    if (pk === undefined) {
      throw new Failure("not-found", {
        what: text(`no organisation ${id}`, `組織 ${id} はありません`),
        where: "--managed-orgs",
        hint: text(`see ${line("orgs list", [])}`, `確認: ${line("orgs list", [])}`),
      });
    }
    pks.push(pk);
  }
  return pks.toSorted((a, b) => a - b);
};

const meantMemo = (before: StoredAccount, { memo: typed }: AccountRequest): string | null => {
  if (typed === undefined) return before.memo;
  return typed === null || typed.trim() === "" ? null : checkValue("memo", FIELDS.memo, typed);
};

/**
 * The name that an account gets, by what names are composed of: a blank one is derived, another one refused.
 *
 * @throws Failure `input-rejected`
 * @see seed 001
 */
export const newName = async (
  reader: Reader,
  user: NameSource & Pick<User, "name">,
  typed: string | undefined,
): Promise<string> => {
  const { composition } = await readSettings(reader);
  const composed = composedName(composition, user);
  const given = typed?.trim() === "" ? undefined : typed;
  if (composed === undefined) {
    if (given !== undefined) return given;
    throw wrongName(text("is missing: names are free text", "指定してください(任意の文字列)"), NAMED);
  }
  const { en, ja } = COMPOSITIONS[composition];
  if (composed === null || composed === "") {
    throw wrongName(
      text(
        `${user.name} lacks what names are composed of: ${en}`,
        `「${user.name}」に、構成する情報「${ja}」がありません`,
      ),
      giving(composition, user),
    );
  }
  if (given === undefined || given === composed) return composed;
  throw wrongName(
    text(
      `${given} is not what names are composed of (${en}): it would be ${composed}`,
      `「${given}」は構成する情報「${ja}」と異なります。「${composed}」になります`,
    ),
  );
};

const NAMED = text("give it: --account NAME", "--account 名前 で指定してください");

const COMPOSED = text(
  `see what names are composed of: ${line("clomo-account settings show", [])}`,
  `構成する情報の確認: ${line("clomo-account settings show", [])}`,
);

/** The option that gives a user what names are composed of. */
const GIVING: Readonly<Partial<Record<Composition, string>>> = {
  "mail-address": "--email ADDRESS",
  "mail-local-part": "--email ADDRESS",
  "employee-code": "--employee-code CODE",
  "google-workspace": "--google-workspace-email ADDRESS",
  salesforce: "--salesforce-account NAME",
};

/** What names are composed of. @property id who is not there yet has none */
type NameSource = NameParts & Partial<Pick<User, "id">>;

/** The command that gives a user what names are composed of; of free text there is none. */
const givingLine = (composition: Composition, { id, emails }: NameSource): string | undefined => {
  const { [composition]: option } = GIVING;
  if (option === undefined) return undefined;
  const [address = id, ...others] = emails;
  const user = id === undefined || address === undefined ? "USER" : typedWord(address, id);
  // it names all addresses, the main one first
  const kept = option.startsWith("--email ") ? others.map((other) => shownOption("--email", other)) : [];
  return [commandName("users edit"), user, option, ...kept].join(" ");
};

const giving = (composition: Composition, user: NameSource): Text | undefined => {
  const command = givingLine(composition, user);
  return command === undefined ? undefined : text(`give it: ${command}`, `設定してください: ${command}`);
};

/** No option is named: verbs have the name in different ones. */
const wrongName = (reason: Text, hint = COMPOSED): Failure => refused(FIELDS.name.label, reason, hint);

import type { Account, Client } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ACCOUNT, PASSWORD_RULE, findPasswordFault, type Role } from "../../../lib/nouns/account.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { defineChoice, defineOption, type Fields, type InputOf } from "../field.ts";
import { findOrg } from "./find-org.ts";
import { DRY_RUN_OPTION } from "../columns/field-options.ts";
import { FORMER_SECRETS, noteNotRestored } from "../columns/change-result.ts";
import { PASSWORD_FILE_OPTION, readSecretInput, type Secret } from "./secrets.ts";
import { requireFreeTextConfirmation } from "../password-question.ts";
import type { Tools } from "../tools.ts";

const { fields: FIELDS } = ACCOUNT;

export const ROLE_OPTION = defineChoice(FIELDS.role.choices, "role of the account (管理者権限)", "管理者権限");

export const ACCOUNT_OPTIONS = {
  role: ROLE_OPTION,
  scheme: {
    kind: "string",
    value: "NAME",
    about: text("scheme of a custom administrator (カスタム管理権限スキーム)", "カスタム管理者の管理権限スキーム"),
  },
  managedOrgs: defineOption(
    "list",
    "ORG,ORG",
    "organisations (code or path) that a division or custom administrator manages; a custom administrator may also manage all (全て)",
    "部門管理者・カスタム管理者の管理対象組織(組織コードかパス。カスタム管理者には all(全て)も指定可)",
  ),
  supportOption: {
    kind: "boolean",
    about: text(
      "grant the support option: may ask CLOMO's support centre (system administrators, at most 5)",
      "サポートオプションを付与する: サポートセンターに問い合わせできる(システム管理者だけ、5 名まで)",
    ),
  },
  noSupportOption: { kind: "boolean", about: text("remove the support option", "サポートオプションを外す") },
  noticeMail: {
    kind: "boolean",
    about: text("receive notice emails (needs the support option)", "お知らせメールを受信する(サポートオプション必須)"),
  },
  noNoticeMail: { kind: "boolean", about: text("do not receive notice emails", "お知らせメールを受信しない") },
  language: {
    kind: "choice",
    choices: FIELDS.language.choices,
    blank: true,
    about: text("language of the account in the console", "管理画面でのアカウントの言語"),
  },
  accountTimezone: {
    kind: "timezone",
    value: "ZONE",
    blank: true,
    about: text(
      "time zone of the account, in which the console shows the times of logs, such as Asia/Tokyo",
      "アカウントのタイムゾーン。管理画面のログの表示時間に使われる(例: Asia/Tokyo)",
    ),
  },
  memo: { kind: "string", value: "TEXT", blank: true, about: FIELDS.memo.label },
  passwordFile: PASSWORD_FILE_OPTION,
  passwordInConsole: {
    kind: "boolean",
    about: text("in a mirror: the password is set in the console", "ミラーの場合: パスワードは管理画面で設定済み"),
  },
  dryRun: DRY_RUN_OPTION,
} as const satisfies Fields;

export const ACCOUNT_EXCLUDES = [
  ["passwordFile", "passwordInConsole"],
  ["supportOption", "noSupportOption"],
  ["noticeMail", "noNoticeMail"],
  ["noticeMail", "noSupportOption"],
] as const;

/** @see facts 2.1, 2.2, 2.3 */
export const ACCOUNT_HELP: readonly Text[] = [
  text(
    `A role requires a password (${PASSWORD_RULE.en}). Pass it with --password-file, or type it twice at the prompt, which does not show it. Only its hash (argon2id) is stored. A mirror does not store a hash: set the password in the console, and record the time with --password-in-console.`,
    `管理者権限の付与にはパスワード(${PASSWORD_RULE.ja})が必要です。--password-file で渡すか、入力の案内に従って 2 回入力します(画面には表示されません)。保存するのは照合用の値(argon2id)だけで、パスワードは保存しません。管理画面のミラーでは何も保存しません。管理画面で設定し、--password-in-console で日時だけを記録します。`,
  ),
  text(
    "A division administrator requires --managed-orgs, and a custom administrator requires both --scheme and --managed-orgs. An operator must belong to an organisation other than 全社. Only system administrators can have the support option (at most 5 accounts), and notice emails require the support option. Only system administrators can grant roles above operator and set managed organisations.",
    "部門管理者には --managed-orgs、カスタム管理者には --scheme と --managed-orgs、オペレーターには全社以外の所属組織が必要です。サポートオプション(最大 5 アカウント)はシステム管理者だけ、お知らせメール受信はサポートオプションのあるアカウントだけです。オペレーターより上の管理者権限の付与と管理対象組織の設定ができるのは、システム管理者だけです。",
  ),
];

export type AccountOptionValues = Omit<InputOf<typeof ACCOUNT_OPTIONS>, "dryRun">;

type AccountEdit = NonNullable<Parameters<Client<"accounts">["accounts"]["edit"]>[1]>;

export async function resolveAccountValues(tools: Tools, given: AccountOptionValues): Promise<AccountEdit> {
  await requireFreeTextConfirmation(tools, FIELDS, given);
  const { role, scheme, managedOrgs, language, accountTimezone: timezone, memo, passwordInConsole } = given;
  return {
    role,
    scheme,
    language,
    timezone,
    memo,
    ...(managedOrgs !== undefined && (await resolveManagedOrgs(tools, managedOrgs))),
    ...resolveSwitch("supportOption", given.supportOption, given.noSupportOption),
    ...resolveSwitch("noticeMail", given.noticeMail, given.noNoticeMail),
    ...(passwordInConsole && { passwordInConsole }),
  };
}

const resolveManagedOrgs = async (tools: Tools, names: readonly string[]): Promise<AccountEdit> => {
  if (names.length === 1 && ["all", "全て"].includes(names[0] ?? "")) return { managesAll: true };
  const ids: string[] = [];
  for (const name of names) ids.push((await findOrg(tools, name)).id);
  return { managedOrgs: [...new Set(ids)] };
};

const resolveSwitch = (name: "supportOption" | "noticeMail", on: boolean, off: boolean): AccountEdit =>
  on || off ? { [name]: on } : {};

const PASSWORD_SECRET: Secret<"password"> = {
  name: "password",
  called: FIELDS.password.label,
  rule: { kind: "text" },
  further: { about: PASSWORD_RULE, fault: findPasswordFault },
};

export const readNewPassword = async (tools: Tools, file: string | undefined): Promise<string> => {
  const given = { file, stdin: false, prompt: file === undefined };
  const password = (await readSecretInput(tools, PASSWORD_SECRET, given)) ?? "";
  const fault = findPasswordFault(password);
  if (fault === undefined) return password;
  const { label } = FIELDS.password;
  const what = text(`${label.en}: ${fault.en}`, `${label.ja}: ${fault.ja}`);
  throw new Failure("input-rejected", { what, where: file });
};

export const needsPassword = (former: Account["role"], role: Role): boolean => former === "none" && role !== "none";

/** Does not prompt in a dry run or for a mirror, because neither stores a password. */
export async function resolvePassword(
  tools: Tools,
  {
    passwordFile,
    passwordInConsole,
    dryRun,
    passwordSetAt = null,
    forSignIn = false,
  }: Pick<AccountOptionValues, "passwordFile" | "passwordInConsole"> &
    Partial<Pick<Account, "passwordSetAt">> & { readonly dryRun: boolean; readonly forSignIn?: boolean },
  isNeeded: boolean,
): Promise<{ readonly password?: string }> {
  const isMissing = passwordFile === undefined && !passwordInConsole && isNeeded;
  const inMirror =
    isMissing && !forSignIn && (await (await tools.tenant("tenant")).client.tenant.show()).mirroredAt !== null;
  if (isMissing && dryRun)
    await tools.terminal.note(describeMissingPassword(inMirror ? "--password-in-console" : "--password-file FILE"));
  const prompt = isMissing && !inMirror && !dryRun;
  const password = await readSecretInput(tools, PASSWORD_SECRET, { file: passwordFile, stdin: false, prompt });
  if (password === undefined) return {};
  if (passwordSetAt !== null && !forSignIn) await noteNotRestored(tools, FORMER_SECRETS);
  return { password };
}

const describeMissingPassword = (option: string): Text =>
  text(`without --dry-run, a password is required (${option})`, `実行時にはパスワードが必要です(${option})`);

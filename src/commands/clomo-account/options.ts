import type { Account, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ACCOUNT, ACCOUNT_LANGUAGES, PASSWORD_RULE, passwordFault, SUPPORT_RULE } from "../../lib/model/account.ts";
import { ROLES, type Role } from "../../lib/model/role.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Fields, InputOf } from "../field.ts";
import { orgNamed } from "../orgs/named.ts";
import { DRY_RUN } from "../records/options.ts";
import { FORMER_SECRETS, noteNotRestored } from "../records/written.ts";
import { secretOf, type Secret } from "../records/secrets.ts";
import { requireRight } from "../rights.ts";
import type { Tools } from "../tools.ts";

const { fields: FIELDS } = ACCOUNT;

/** `--role`, by the maker's names too. */
export const ROLE = {
  kind: "choice",
  choices: FIELDS.role.choices,
  called: ROLES,
  about: text("the role (管理者権限)", "管理者権限"),
} as const;

/** The options of what an account has besides its name. */
export const ACCOUNT_OPTIONS = {
  role: ROLE,
  scheme: {
    kind: "string",
    value: "NAME",
    about: text(
      "of a custom administrator: the scheme (カスタム管理権限スキーム)",
      "カスタム管理者の、カスタム管理権限スキーム",
    ),
  },
  managedOrgs: {
    kind: "list",
    value: "ORG,ORG",
    names: "orgs",
    about: text(
      "of a division or custom administrator: organisations managed (管理対象組織); all (全て): custom alone",
      "部門管理者・カスタム管理者の、管理対象組織(all は「全て」で、カスタム管理者だけ)",
    ),
  },
  supportOption: {
    kind: "boolean",
    about: text("of a system administrator: give the support option", "システム管理者に、サポートオプションを付与する"),
  },
  noSupportOption: {
    kind: "boolean",
    about: text("take the support option away", "サポートオプションを外す"),
  },
  noticeMail: {
    kind: "boolean",
    about: text("with the support option: notices by mail", "サポートオプションとともに、お知らせメールを受信する"),
  },
  noNoticeMail: {
    kind: "boolean",
    about: text("no notices by mail", "お知らせメールを受信しない"),
  },
  language: {
    kind: "choice",
    choices: FIELDS.language.choices,
    called: ACCOUNT_LANGUAGES,
    blank: true,
    about: text("language of the console", "言語"),
  },
  accountTimezone: {
    kind: "timezone",
    value: "ZONE",
    blank: true,
    about: text(
      "time zone of the account, such as Asia/Tokyo (--timezone: of times shown)",
      "アカウントのタイムゾーン(例: Asia/Tokyo。--timezone は表示用)",
    ),
  },
  memo: { kind: "string", value: "TEXT", blank: true, about: FIELDS.memo.label },
  passwordFile: {
    kind: "file",
    value: "FILE",
    about: text(
      "file with the password alone, readable by you alone (- for stdin)",
      "パスワードだけを書いた、自分だけが読めるファイル(- は標準入力)",
    ),
  },
  passwordInConsole: {
    kind: "boolean",
    about: text("of a mirror: the password was set in the console", "ミラーで、パスワードを管理画面で設定した"),
  },
  dryRun: DRY_RUN,
} as const satisfies Fields;

/** Help on roles and passwords. @see facts 2.1, 2.2, 2.3 */
export const ACCOUNT_HELP: readonly Text[] = [
  text(
    `A role needs a password (${PASSWORD_RULE.en}): from --password-file, or asked for twice without echo. Kept is what proves it (argon2id), never the password. A mirror of the console keeps none: there it is set in the console, and --password-in-console records when.`,
    `管理者権限の付与にはパスワード(${PASSWORD_RULE.ja})が必要です。--password-file で渡すか、画面に表示せずに 2 回尋ねます。保存するのは照合用の値(argon2id)だけで、パスワードは保存しません。管理画面のミラーでは何も保存しません。管理画面で設定し、--password-in-console で日時だけを記録します。`,
  ),
  text(
    "A division administrator needs --managed-orgs, a custom one --scheme and --managed-orgs, an operator an organisation other than 全社. The support option (at most 5 accounts) is for system administrators, notice mail for who holds it. Only system administrators grant roles above operator and set managed organisations.",
    "部門管理者には --managed-orgs、カスタム管理者には --scheme と --managed-orgs、オペレーターには全社以外の所属組織が必要です。サポートオプション(最大 5 アカウント)はシステム管理者だけ、お知らせメール受信はサポートオプションのあるアカウントだけです。オペレーターより上の管理者権限の付与と管理対象組織の設定ができるのは、システム管理者だけです。",
  ),
];

/** What the options of {@link ACCOUNT_OPTIONS} give. */
export type GivenOptions = Omit<InputOf<typeof ACCOUNT_OPTIONS>, "dryRun">;

type AccountEdit = Parameters<Client<"accounts">["accounts"]["edit"]>[1];

/** Names of all organisations, in both languages. */
const ALL = ["all", "全て"];

/**
 * The values that options give, as the tenant API takes them, without the password.
 *
 * @throws `usage` where they contradict each other, `not-permitted` to who may not give the role, and as `orgNamed`
 */
export async function accountValues(tools: Tools, given: GivenOptions): Promise<AccountEdit> {
  const { role, scheme, managedOrgs, language, accountTimezone, memo, passwordInConsole, passwordFile } = given;
  if (passwordFile !== undefined && passwordInConsole) throw TWICE;
  const supported = switched("supportOption", given.supportOption, given.noSupportOption);
  const noticed = switched("noticeMail", given.noticeMail, given.noNoticeMail);
  if (supported.supportOption === false && noticed.noticeMail === true) throw NOTICE_WITHOUT;
  if (role === "system" || role === "division" || role === "custom") await requireRight(tools, "accounts.roles");
  if (supported.supportOption === true) await requireToSupport(tools);
  return {
    ...(role !== undefined && { role }),
    ...(scheme !== undefined && { scheme }),
    ...(managedOrgs !== undefined && (await orgValues(tools, managedOrgs))),
    ...supported,
    ...noticed,
    ...(language !== undefined && { language }),
    ...(accountTimezone !== undefined && { timezone: accountTimezone }),
    ...(memo !== undefined && { memo }),
    ...(passwordInConsole && { passwordInConsole }),
  };
}

const TWICE = new Failure("usage", {
  what: text(
    "a password is given here, or set in the console",
    "パスワードは、ここで指定するか、管理画面で設定するかのどちらかです",
  ),
  where: "--password-in-console",
});

const NOTICE_WITHOUT = new Failure("usage", {
  what: text(
    "notice mail is for who holds the support option: --notice-mail and --no-support-option do not go together",
    "お知らせメールを受信できるのはサポートオプションのあるアカウントだけです。--notice-mail と --no-support-option は同時に指定できません",
  ),
  where: "--notice-mail",
  hint: text("leave one of them out", "どちらか一方だけを指定してください"),
});

/** @throws Failure `not-permitted` */
const requireToSupport = async (tools: Tools): Promise<void> => {
  try {
    await requireRight(tools, "accounts.roles", { asked: GIVE_SUPPORT, where: "--support-option", why: SUPPORT_RULE });
  } catch (error) {
    throw error instanceof Failure && error.code === "not-permitted" ? error.with({ hint: ASK_SYSTEM }) : error;
  }
};

const GIVE_SUPPORT = text("give the support option", "サポートオプションの付与");
const ASK_SYSTEM = text("ask a system administrator", "システム管理者に依頼してください");

const orgValues = async (tools: Tools, names: readonly string[]): Promise<AccountEdit> => {
  if (names.length === 1 && ALL.includes(names[0] ?? "")) return { managesAll: true };
  const ids: string[] = [];
  for (const name of names) ids.push((await managedNamed(tools, name)).id);
  return { managedOrgs: [...new Set(ids)] };
};

/** An organisation that is to be managed; who may not set any is told that, and not which ones are there. */
const managedNamed = async (tools: Tools, name: string): ReturnType<typeof orgNamed> => {
  try {
    return await orgNamed(tools, name);
  } catch (error) {
    if (!(error instanceof Failure && error.code === "not-found")) throw error;
    await requireRight(tools, "accounts.orgs", { where: "--managed-orgs" });
    throw error;
  }
};

/** Of both the last one counts. */
const switched = (name: "supportOption" | "noticeMail", on: boolean, off: boolean): AccountEdit =>
  on || off ? { [name]: on } : {};

const PASSWORD: Secret<"password"> = {
  name: "password",
  called: FIELDS.password.label.ja,
  rule: FIELDS.password.rule,
  further: { about: PASSWORD_RULE, fault: passwordFault },
};

/**
 * A new password: from a file, else asked for.
 *
 * @throws as `secretOf`
 */
export const newPassword = async (tools: Tools, file: string | undefined): Promise<string> =>
  (await secretOf(tools, PASSWORD, { file, stdin: false, prompt: file === undefined })) ?? "";

/** Whether a password is needed, by the role that an account has and the one that it is to have. */
export const needsPassword = (former: Account["role"], role: Role): boolean => former === "none" && role !== "none";

/** Checks that who acts may change accounts, before one is looked for, which he may not even read. @param asked what he asked for */
export const requireToWrite = (tools: Tools, asked: Text): Promise<void> =>
  requireRight(tools, "accounts.write", { asked });

/**
 * The password that is given, with a note if it replaces another one; one that is needed and is not given is asked for, but in a mirror, which keeps none, and for a
 * dry run, which goes on without it.
 *
 * @throws as `secretOf`
 */
export async function passwordOf(
  tools: Tools,
  {
    passwordFile,
    passwordInConsole,
    dryRun,
    passwordSetAt = null,
  }: Pick<GivenOptions, "passwordFile" | "passwordInConsole"> & DryRun & Partial<Pick<Account, "passwordSetAt">>,
  isNeeded: boolean,
): Promise<{ readonly password?: string }> {
  const isMissing = passwordFile === undefined && !passwordInConsole && isNeeded;
  const inMirror = isMissing && (await (await tools.tenant("tenant")).client.tenant.show()).mirroredAt !== null;
  if (isMissing && dryRun)
    await tools.terminal.note(leftOut(inMirror ? "--password-in-console" : "--password-file FILE"));
  const prompt = isMissing && !inMirror && !dryRun;
  const password = await secretOf(tools, PASSWORD, { file: passwordFile, stdin: false, prompt });
  if (password === undefined) return {};
  if (passwordSetAt !== null) await noteNotRestored(tools, FORMER_SECRETS);
  return { password };
}

interface DryRun {
  readonly dryRun: boolean;
}

const leftOut = (option: string): Text =>
  text(
    `the password was left out: without --dry-run one is needed (${option})`,
    `パスワードは省略されています。実行時には必要です(${option})`,
  );

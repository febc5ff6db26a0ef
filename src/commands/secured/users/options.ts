import { line } from "../../../lib/advice/index.ts";
import type { App } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { Column } from "../../../lib/model/format.ts";
import { SECURED_FORMATS } from "../../../lib/model/secured-formats.ts";
import { SECURED_MANAGERS, SECURED_USER } from "../../../lib/model/secured-user.ts";
import type { HandValue, HandValues } from "../../../lib/model/thing.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { nearest } from "../../../lib/text/nearest.ts";
import type { Fields } from "../../field.ts";
import { secretOf, secretOptions, takesStdin, type GivenSecret, type Secret } from "../../records/secrets.ts";
import type { Tools } from "../../tools.ts";

const { displayName, description, groups, device, licenceException, role, password, secretKey } = SECURED_USER.fields;

/** The fields that have options of their own, in every app. */
export const OWN_FIELDS = { displayName, description, groups, device, licenceException } as const;

const PASSWORD: Secret<"password"> = { name: "password", called: password.column.header, rule: password.rule };
const SECRET_KEY: Secret<"secretKey"> = { name: "secretKey", called: secretKey.column.header, rule: secretKey.rule };

/** The options of a user besides those of {@link OWN_FIELDS}. */
export const USER_OPTIONS = {
  role: {
    kind: "choice",
    choices: role.choices,
    called: { user: role.names.user },
    about: text(
      "manager (Docs: ファイル管理者; Calendar, Contacts: グループ管理者) or user (一般ユーザー)",
      "manager(Docs ではファイル管理者、Calendar・Contacts ではグループ管理者)か user(一般ユーザー)",
    ),
  },
  set: {
    kind: "string",
    value: "HEADER=VALUE",
    repeatable: true,
    about: text(
      "a setting of the app, by its header in the app's file (mail, proxy, …); no secret",
      "アプリの設定(メール、プロキシなど)。CSV のヘッダーで指定(機密情報は不可)",
    ),
  },
  createGroups: {
    kind: "boolean",
    about: text("make groups that do not exist yet", "存在しないグループを作る"),
  },
  ...secretOptions(PASSWORD),
  ...secretOptions(SECRET_KEY),
} as const satisfies Fields;

/** How both secrets are given. */
export interface GivenSecrets {
  readonly passwordFile: string | undefined;
  readonly passwordStdin: boolean;
  readonly passwordPrompt: boolean;
  readonly secretKeyFile: string | undefined;
  readonly secretKeyStdin: boolean;
  readonly secretKeyPrompt: boolean;
}

/**
 * The secrets that are given, as the tenant API takes them.
 *
 * @throws `usage` where both are to come from stdin; and as {@link secretOf}
 */
export async function secretsOf(tools: Tools, given: GivenSecrets): Promise<HandValues> {
  const all = [
    [PASSWORD, { file: given.passwordFile, stdin: given.passwordStdin, prompt: given.passwordPrompt }],
    [SECRET_KEY, { file: given.secretKeyFile, stdin: given.secretKeyStdin, prompt: given.secretKeyPrompt }],
  ] as const satisfies readonly (readonly [Secret, GivenSecret])[];
  if (all.every(([secret, how]) => takesStdin(secret, how))) {
    throw new Failure("usage", {
      what: text("stdin has one secret at most", "標準入力から読めるのは 1 つだけです"),
      where: "--password-stdin --secret-key-stdin",
    });
  }
  const values: Record<string, string> = {};
  for (const [secret, how] of all) {
    const value = await secretOf(tools, secret, how);
    if (value !== undefined) values[secret.name] = value;
  }
  return values;
}

/** Whether a password is given in any way. */
export const hasPassword = ({ passwordFile, passwordStdin, passwordPrompt }: GivenSecrets): boolean =>
  passwordFile !== undefined || passwordStdin || passwordPrompt;

/** The options that set what else a header names. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  displayName: "--name",
  userId: "USERID",
  description: "--description",
  groups: "--group",
  password: "--password-file",
  secretKey: "--secret-key-file",
};

/** What was typed without a `=` may be a value, and a secret: it is not said again. */
const misfit = (typed: string, what: Text, hint?: Text): Failure => {
  const [name, ...value] = typed.split("=");
  return new Failure("usage", { what, where: value.length === 0 ? "--set" : `--set ${name}`, ...(hint && { hint }) });
};

/**
 * The settings that `--set` gives, by field; a blank one removes what is there.
 *
 * @throws `usage` where one is no `HEADER=VALUE` of the app, is a secret, or is given twice
 */
export function settingsOf(app: App, set: readonly string[], isRoleGiven: boolean): HandValues {
  const values: Record<string, HandValue> = {};
  for (const typed of set) {
    const at = typed.indexOf("=");
    if (at <= 0) throw misfit(typed, text("--set takes HEADER=VALUE", "--set は「ヘッダー=値」で指定してください"));
    const { field } = settingNamed(app, typed, typed.slice(0, at));
    if (field in values) throw misfit(typed, text(`${field} is given twice`, `${field} が 2 回指定されています`));
    if (isRoleGiven && field === SECURED_MANAGERS[app]?.flag)
      throw misfit(typed, text("--role says this already", "--role と同じ内容です"));
    values[field] = typed.slice(at + 1) || null;
  }
  return values;
}

function settingNamed(app: App, typed: string, name: string): Column {
  const { columns, thing } = SECURED_FORMATS[app];
  const column = columns.find(({ field, header }) => field === name || header === name.trim());
  if (column === undefined) throw unknownSetting(app, typed, name);
  const { [column.field]: option } = ELSEWHERE;
  if (option !== undefined) {
    throw misfit(
      typed,
      text(`${column.header} is set by ${option}`, `「${column.header}」は ${option} で指定してください`),
    );
  }
  if (column.secret === true) {
    throw misfit(
      typed,
      text(
        `${column.header} is a secret: no word of a command line may have it`,
        `「${column.header}」は機密情報のため、コマンドラインでは指定できません`,
      ),
      text(
        `set it by a file: ${line("secured users import", ["FILE"], { app })}`,
        `ファイルで設定してください: ${line("secured users import", ["FILE"], { app })}`,
      ),
    );
  }
  if (thing.fields[column.sets]?.within === "settings") return column;
  throw unknownSetting(app, typed, name);
}

const unknownSetting = (app: App, typed: string, name: string): Failure => {
  const near = nearest(
    name,
    SECURED_FORMATS[app].columns.flatMap(({ field, header, secret }) => (secret === true ? [] : [header, field])),
  );
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ですか? `);
  return misfit(
    typed,
    text(`${app} has no setting ${name}`, `${app} に「${name}」という設定はありません`),
    text(
      `${meant.en}see the headers: ${line("secured users template", [], { app })}`,
      `${meant.ja}ヘッダーの一覧: ${line("secured users template", [], { app })}`,
    ),
  );
};

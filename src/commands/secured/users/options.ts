import { line } from "../../../lib/advice/index.ts";
import type { App } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { Column } from "../../../lib/model/format.ts";
import { SECURED_FORMATS } from "../../../lib/model/secured-formats.ts";
import { SECURED_MANAGER_ROLES, SECURED_USER } from "../../../lib/model/secured-user.ts";
import type { ManualValue, ManualValues } from "../../../lib/model/thing.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import { findNearestWord } from "../../../lib/text/nearest.ts";
import type { Fields } from "../../field.ts";
import { readSecretInput, buildSecretOptions, type SecretInput, type Secret } from "../../records/secrets.ts";
import type { Tools } from "../../tools.ts";

const { displayName, description, groups, device, licenceException, administrator, role, password, secretKey } =
  SECURED_USER.fields;

export const FIELDS_WITH_OPTIONS = {
  displayName,
  description,
  groups,
  device,
  licenceException,
  administrator,
} as const;

const PASSWORD_INPUT: Secret<"password"> = {
  name: "password",
  called: same(password.column.header),
  rule: password.rule,
};
const SECRET_KEY_INPUT: Secret<"secretKey"> = {
  name: "secretKey",
  called: same(secretKey.column.header),
  rule: secretKey.rule,
};

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
      "setting of the app, identified by its header in the app's file (mail, proxy, …); not for secrets",
      "アプリの設定(メール、プロキシなど)。CSV のヘッダーで指定(パスワードなどは不可)",
    ),
  },
  createGroups: {
    kind: "boolean",
    about: text("create groups that do not exist yet", "存在しないグループを作る"),
  },
  ...buildSecretOptions(PASSWORD_INPUT),
  ...buildSecretOptions(SECRET_KEY_INPUT),
} as const satisfies Fields;

export interface SecretInputs {
  readonly passwordFile: string | undefined;
  readonly passwordStdin: boolean;
  readonly passwordPrompt: boolean;
  readonly secretKeyFile: string | undefined;
  readonly secretKeyStdin: boolean;
  readonly secretKeyPrompt: boolean;
}

/**
 * Reads the secrets that the options pass, in the form that the tenant API expects.
 *
 * @throws as {@link readSecretInput}
 */
export async function readUserSecrets(tools: Tools, given: SecretInputs): Promise<ManualValues> {
  const all = [
    [PASSWORD_INPUT, { file: given.passwordFile, stdin: given.passwordStdin, prompt: given.passwordPrompt }],
    [SECRET_KEY_INPUT, { file: given.secretKeyFile, stdin: given.secretKeyStdin, prompt: given.secretKeyPrompt }],
  ] as const satisfies readonly (readonly [Secret, SecretInput])[];
  const values: Record<string, string> = {};
  for (const [secret, how] of all) {
    const value = await readSecretInput(tools, secret, how);
    if (value !== undefined) values[secret.name] = value;
  }
  return values;
}

export const hasPassword = ({ passwordFile, passwordStdin, passwordPrompt }: SecretInputs): boolean =>
  passwordFile !== undefined || passwordStdin || passwordPrompt;

const OPTIONS_BY_FIELD: Readonly<Record<string, string>> = {
  displayName: "--name",
  userId: "USERID",
  description: "--description",
  groups: "--group",
  password: "--password-file",
  secretKey: "--secret-key-file",
};

/** Creates the failure for a wrong `--set`. Text without a `=` is not repeated, because it may be a secret value. */
const createSettingFailure = (typed: string, what: Text, hint?: Text): Failure => {
  const [name, ...value] = typed.split("=");
  return new Failure("usage", { what, where: value.length === 0 ? "--set" : `--set ${name}`, ...(hint && { hint }) });
};

/**
 * Parses the settings that `--set` gives, by field. A blank value removes the setting.
 *
 * @throws `usage` if a setting is not a `HEADER=VALUE` of the app, is a secret, or is given twice
 */
export function parseSettings(app: App, set: readonly string[], isRoleGiven: boolean): ManualValues {
  const values: Record<string, ManualValue> = {};
  for (const typed of set) {
    const at = typed.indexOf("=");
    if (at <= 0)
      throw createSettingFailure(
        typed,
        text("--set requires HEADER=VALUE", "--set は「ヘッダー=値」で指定してください"),
      );
    const { field } = findSettingColumn(app, typed, typed.slice(0, at));
    if (field in values)
      throw createSettingFailure(typed, text(`${field} is given twice`, `${field} が 2 回指定されています`));
    if (isRoleGiven && field === SECURED_MANAGER_ROLES[app]?.flag)
      throw createSettingFailure(typed, text("--role already sets this field", "この項目は --role で指定済みです"));
    values[field] = typed.slice(at + 1) || null;
  }
  return values;
}

function findSettingColumn(app: App, typed: string, name: string): Column {
  const { columns, thing } = SECURED_FORMATS[app];
  const column = columns.find(({ field, header }) => field === name || header === name.trim());
  if (column === undefined) throw createUnknownSettingFailure(app, typed, name);
  const { [column.field]: option } = OPTIONS_BY_FIELD;
  if (option !== undefined) {
    throw createSettingFailure(
      typed,
      text(`use ${option} to set ${column.header}`, `「${column.header}」は ${option} で指定してください`),
    );
  }
  if (column.secret === true) {
    throw createSettingFailure(
      typed,
      text(
        `${column.header} is a secret and cannot be set on the command line`,
        `「${column.header}」はパスワードなどにあたるため、コマンドラインでは指定できません`,
      ),
      text(
        `to set it with a file: ${line("secured users import", ["FILE"], { app })}`,
        `ファイルで設定するには: ${line("secured users import", ["FILE"], { app })}`,
      ),
    );
  }
  if (thing.fields[column.sets]?.within === "settings") return column;
  throw createUnknownSettingFailure(app, typed, name);
}

const createUnknownSettingFailure = (app: App, typed: string, name: string): Failure => {
  const near = findNearestWord(
    name,
    SECURED_FORMATS[app].columns.flatMap(({ field, header, secret }) => (secret === true ? [] : [header, field])),
  );
  const meant = near === undefined ? text("", "") : text(`did you mean ${near}? `, `「${near}」ではありませんか?`);
  return createSettingFailure(
    typed,
    text(`${app} does not have a setting "${name}"`, `${app} に「${name}」という設定はありません`),
    text(
      `${meant.en}to see the headers: ${line("secured users template", [], { app })}`,
      `${meant.ja}ヘッダーを見るには: ${line("secured users template", [], { app })}`,
    ),
  );
};

import type { App } from "../../../lib/client/index.ts";
import { SECURED_USER } from "../../../lib/nouns/secured-user.ts";
import { text, same } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { FILTER_OPTIONS, LIMIT_OPTION, listColumns } from "../../kit/list/list.ts";
import { requireSingleMatch } from "../../kit/list/single-match.ts";
import { FORMER_SECRETS, noteNotRestored, showWrittenRecord } from "../../kit/columns/change-result.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../../kit/columns/field-options.ts";
import { defineFileVerbs } from "../../kit/change/verbs.ts";
import {
  APP_OPTION,
  SECURED_USER_ARGUMENT,
  SECURED_USER_COLUMNS,
  buildSecuredUserColumns,
  buildSecuredUserKind,
  buildSecuredUserLayout,
} from "../../kit/columns/secured-users.ts";
import type { ManualValues } from "../../../lib/model/thing.ts";
import { defineChoice, defineOption, defineSwitch, type Fields } from "../../kit/field.ts";
import { readSecretInput, buildSecretOptions, type Secret } from "../../kit/change/secrets.ts";
import type { Tools } from "../../kit/tools.ts";

const { displayName, description, groups, device, licenceException, administrator, role } = SECURED_USER.fields;

const FIELDS_WITH_OPTIONS = { displayName, description, groups, device, licenceException, administrator } as const;

type SecretName = "password" | "secretKey";

const defineSecret = <N extends SecretName>(name: N): Secret<N> => {
  const { column, rule } = SECURED_USER.fields[name];
  return { name, called: same(column.header), rule };
};

const PASSWORD_INPUT = defineSecret("password");
const SECRET_KEY_INPUT = defineSecret("secretKey");

const USER_OPTIONS = {
  role: defineChoice(
    role.choices,
    "manager (Docs: ファイル管理者; Calendar, Contacts: グループ管理者) or user (一般ユーザー)",
    "manager(Docs ではファイル管理者、Calendar・Contacts ではグループ管理者)か user(一般ユーザー)",
  ),
  createGroups: defineSwitch("create groups that do not exist yet", "存在しないグループを作る"),
  ...buildSecretOptions(PASSWORD_INPUT),
  ...buildSecretOptions(SECRET_KEY_INPUT),
} as const satisfies Fields;

type SecretInputs = Readonly<
  Record<`${SecretName}File`, string | undefined> & Record<`${SecretName}Stdin` | `${SecretName}Prompt`, boolean>
>;

async function readUserSecrets(tools: Tools, given: SecretInputs): Promise<ManualValues> {
  const values: Record<string, string> = {};
  for (const secret of [PASSWORD_INPUT, SECRET_KEY_INPUT]) {
    const value = await readSecretInput(tools, secret, {
      file: given[`${secret.name}File`],
      stdin: given[`${secret.name}Stdin`],
      prompt: given[`${secret.name}Prompt`],
    });
    if (value !== undefined) values[secret.name] = value;
  }
  return values;
}

const fileVerbs = defineFileVerbs({
  thing: SECURED_USER,
  argument: SECURED_USER_ARGUMENT,
  choice: { app: APP_OPTION },
  kind: ({ app }) => app as App,
  async reach(tools, input) {
    const { app, layout } = input as { readonly app: App; readonly layout?: "console" | "full" };
    const { secured } = (await tools.tenant("secured")).client;
    return {
      lookup: buildSecuredUserKind(app),
      columns: buildSecuredUserColumns(app, tools.terminal),
      client: {
        find: (query) => secured.find(app, query),
        export: (query) => secured.export(app, { ...query, layout }),
      },
    };
  },
  exports: {
    layout: defineChoice(
      ["console", "full"],
      "console: the three columns of the console's own export; full: all columns except secrets",
      "console は管理画面と同じ 3 列、full はパスワードなどを除くすべての列",
      { default: "console" },
    ),
  },
  imports: {
    createGroups: USER_OPTIONS.createGroups,
    generatePasswords: defineOption(
      "output",
      "FILE",
      "generate a password for each new user without a password; FILE lists ID, name, groups and password",
      "パスワードが未指定の新規ユーザーにパスワードを生成し、ID・名前・グループとともに FILE に書き出す",
      { notStdout: true, workbook: true },
    ),
  },
  excludes: [["keepPlan", "generatePasswords"]],
  examples: {
    delete: ["taro --app docs --confirm-deletions 1", "--file users.txt --app docs --dry-run"],
    export: ["--app docs -o docs-now.csv", "--app calendar --layout full --encoding utf-8"],
    import: [
      "secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --yes",
      "secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --dry-run",
      "new-users.csv --app docs --generate-passwords passwords.xlsx --emit-csv upload.csv",
    ],
    show: ["taro --app docs"],
    template: ["--app docs -o docs-new.csv", "--app mailer --encoding utf-8"],
  },
});

const create = defineCommand({
  summary: text("create a SECURED APPs user", "SECURED APPs のユーザーを作成する"),
  args: {
    userId: {
      kind: "string",
      required: true,
      about: text("ユーザーID: up to 255 half-width letters and digits", "ユーザーID(半角英数字 255 文字まで)"),
    },
  },
  options: {
    app: APP_OPTION,
    ...buildValueOptions(FIELDS_WITH_OPTIONS, { isNew: true }),
    ...USER_OPTIONS,
    passwordInConsole: {
      kind: "boolean",
      about: text("in a mirror: set the password only in the console", "ミラーの場合: パスワードを管理画面で設定する"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [
    ["passwordInConsole", "passwordFile"],
    ["passwordInConsole", "passwordStdin"],
    ["passwordInConsole", "passwordPrompt"],
  ],
  examples: [
    {
      line: "clomoctl secured users create taro01 --name '山田 太郎' --app browser --password-file taro01.txt",
    },
    {
      line: "clomoctl secured users create hanako09 --name '髙橋 花子' --app docs --group 営業 --create-groups --role manager --password-stdin --dry-run",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SECURED_USER_COLUMNS,
  async run(tools, { userId, app, role, createGroups, passwordInConsole, dryRun, ...options }) {
    const isGiven = options.passwordFile !== undefined || options.passwordStdin || options.passwordPrompt;
    const own = await parseValueOptions(tools, FIELDS_WITH_OPTIONS, options);
    const secrets = await readUserSecrets(tools, {
      ...options,
      passwordPrompt: (!passwordInConsole && !isGiven && own["administrator"] !== true) || options.passwordPrompt,
    });
    const { client } = await tools.tenant("secured");
    const written = await client.secured.create(app, {
      userId,
      ...own,
      role,
      ...(createGroups && { createGroups }),
      ...(passwordInConsole && { passwordInConsole }),
      ...secrets,
      dryRun,
    });
    await showWrittenRecord(tools, written, buildSecuredUserLayout(app, tools.terminal));
  },
});

const VALUE_OPTIONS = buildValueOptions(FIELDS_WITH_OPTIONS);

const edit = defineCommand({
  summary: text("change a SECURED APPs user", "SECURED APPs のユーザーを変更する"),
  args: { user: SECURED_USER_ARGUMENT },
  options: { app: APP_OPTION, ...VALUE_OPTIONS, ...USER_OPTIONS, dryRun: DRY_RUN_OPTION },
  anyOf: [Object.keys({ ...VALUE_OPTIONS, ...USER_OPTIONS }).filter((key) => key !== "createGroups")],
  examples: [
    { line: "clomoctl secured users edit user001 --app docs --device 'iPad 12' --licence-exception yes" },
    { line: "clomoctl secured users edit user001 --app calendar --role manager --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SECURED_USER_COLUMNS,
  async run(tools, { user, app, role, createGroups, dryRun, ...options }) {
    const own = await parseValueOptions(tools, FIELDS_WITH_OPTIONS, options);
    const secrets = await readUserSecrets(tools, options);
    const { client } = await tools.tenant("secured");
    const found = await client.secured.find(app, { name: user });
    const { id } = requireSingleMatch(user, found, buildSecuredUserKind(app));
    if (Object.keys(secrets).length > 0) await noteNotRestored(tools, FORMER_SECRETS);
    const change = { ...own, role, ...secrets, ...(createGroups && { createGroups }), dryRun };
    const written = await client.secured.edit({ app, id }, change);
    await showWrittenRecord(tools, written, buildSecuredUserLayout(app, tools.terminal));
  },
});

const list = defineCommand({
  summary: text("list SECURED APPs users", "SECURED APPs のユーザーを一覧する"),
  args: {},
  options: {
    app: APP_OPTION,
    sort: defineChoice(["user-id", "name"], "field to sort by", "並べ替えの基準", { default: "user-id" }),
    desc: { kind: "boolean", about: text("sort in descending order", "降順にする") },
    ...FILTER_OPTIONS,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl secured users list --app docs" },
    { line: "clomoctl secured users list --app calendar --sort name --desc --format json" },
  ],
  exits: ["not-found"],
  async run(tools, { app, ...query }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("secured");
    const columns = listColumns(terminal, buildSecuredUserColumns(app, terminal), SECURED_USER.usual);
    await terminal.list(columns, client.secured.list(app, query));
  },
});

export default { ...fileVerbs, create, edit, list };

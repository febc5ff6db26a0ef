import type { SecuredUser } from "../../lib/client/index.ts";
import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["secured administrators remove --app docs", "USER"],
  ["secured groups create --app docs"],
  ["secured groups create 営業", "--app"],
  ["secured groups create a b --app docs"],
  ["secured groups delete --app docs"],
  ["secured groups delete 営業", "--app"],
  ["secured groups edit 営業 --app docs", "--name"],
  ["secured groups edit 営業 --name x", "--app"],
  ["secured groups edit --name x --app docs"],
  ["secured groups list", "the option --app APP is missing"],
  ["secured groups list --app dcos", "did you mean docs?"],
  ["secured groups list --app docs 営業", "unexpected argument 営業"],
  ["secured groups show 営業", "--app"],
  ["secured groups show --app docs"],
  ["secured users create --name x --app docs"],
  ["secured users create taro01 --app docs", "--name"],
  [
    "secured users create taro01 --name 山田 --app docs --role boss",
    "--role must be one of administrator, manager, user",
  ],
  ["secured users create taro01 --name 山田 --app docs --set 表示名=x", "use --name to set 表示名"],
  [
    "secured users create taro01 --name 山田 --app docs --set パスワード=Canary42Canary",
    "use --password-file to set パスワード",
  ],
  [
    "secured users create taro01 --name 山田 --app docs --set IMAPメールアドレス=x",
    'docs does not have a setting "IMAPメールアドレス"',
  ],
  [
    "secured users create taro01 --name 山田 --app docs --set fileManager=TRUE --role user",
    "--role already sets this field",
  ],
  [
    "secured users create taro01 --name 山田 --app docs --set fileManager=TRUE --set ファイル管理者権限=FALSE",
    "fileManager is given twice",
  ],
  ["secured users create taro01 --name 山田 --app docs --set fileManager", "--set requires HEADER=VALUE"],
  ["secured users create taro01 --name 山田 --app mailer --set プロキシパスワード=Canary42Canary", "is a secret"],
  ["secured users create taro01 --name 山田 --app mailer --set プロキシポード=1", "did you mean プロキシポート?"],
  [
    "secured users create taro01 --name 山田 --app docs --password-stdin --password-file x",
    "choose only one way to pass the secret",
  ],
  [
    "secured users create taro01 --name 山田 --app docs --password-stdin --secret-key-file -",
    "only one of these can read stdin: --password-stdin, --secret-key-file",
  ],
  [
    "secured users create taro01 --name 山田 --app docs --password-stdin --password-in-console",
    "--password-in-console",
  ],
  ["secured users delete x", "--app"],
  ["secured users delete --app docs", "no records to delete were specified"],
  ["secured users delete x --app docs --filter-name y", "--filter-name"],
  ["secured users edit", "--app"],
  ["secured users edit hanako01 --app docs"],
  ["secured users edit a --app docs --user-id b", "--user-id"],
  ["secured users edit a --app docs --licence-exception maybe", "--licence-exception must be one of yes, no"],
  ["secured users export", "the option --app APP is missing"],
  ["secured users export --app docs --layout all", "--layout must be one of console, full"],
  ["secured users export --app users", "--app must be one of browser, docs, mailer, calendar, contacts"],
  ["secured users import docs.csv", "--app"],
  ["secured users import docs.csv --app panel", "--app must be one of browser, docs, mailer, calendar, contacts"],
  ["secured users import --app docs", "the argument FILE is missing"],
  ["secured users import docs.csv --app docs --create-orgs", "--create-orgs"],
  ["secured users import docs.csv --app docs --key email", "--key"],
  ["secured users list", "the option --app APP is missing"],
  ["secured users list --app docs --sort id", "--sort must be one of user-id, name"],
  ["secured users list --app docs --desc=no", "--desc does not take a value"],
  ["secured users show"],
  ["secured users template", "the option --app APP is missing"],
  ["secured users template --app dcos", "did you mean docs?"],
  ["secured users show taro"],
  ["secured users show --app docs"],
  ["secured users show a b --app docs"],
);

const [hanako] = example<{ items: readonly [SecuredUser] }>("findSecuredUsers").items;
const other: SecuredUser = { ...hanako, id: hanako.id.replace(/4$/, "9"), userId: "hanako02" };
const groups = { securedGroups: example("securedGroups") };
const TARO = "secured users create taro01 --name 山田 --app docs";

testTenantFailures(
  { line: "secured groups create 営業 --app docs", failing: "createSecuredGroup" },
  { line: "secured groups edit 営業 --name 総務 --app docs", failing: "editSecuredGroup", tenant: groups },
  { line: "secured groups list --app docs", failing: "securedGroups", code: "unavailable" },
  { line: `${TARO} --password-stdin`, failing: "createSecuredUser", stdin: "Canary42Canary" },
  {
    line: "secured users edit hanako01 --app docs --device d",
    failing: "editSecuredUser",
    tenant: { findSecuredUsers: { items: [hanako] } },
  },
  {
    line: "secured users import list.csv --app mailer",
    failing: "createImport",
    code: "not-permitted",
    files: { "list.csv": "ユーザーID\r\nx\r\n" },
  },
);

testRefusals(
  {
    line: "secured administrators add --app docs",
    exit: 2,
    en: "no administrator is specified",
    ja: "管理者が指定されていません",
    tenant: {},
  },
  {
    line: "secured administrators add x --none --app docs",
    exit: 2,
    en: "--none cannot be used with names",
    ja: "--none",
    tenant: {},
  },
  {
    line: "secured administrators remove nobody --app docs",
    exit: 6,
    en: "to list all: clomoctl secured administrators list --app docs\n",
    ja: "「nobody」という管理者はありません",
    tenant: { administrators: example("administrators") },
  },
  {
    line: "secured groups edit 営業部 --name x --app docs",
    exit: 6,
    en: "to list all: clomoctl secured groups list --app docs\n",
    ja: "「営業部」という docs のグループはありません",
    tenant: groups,
  },
  {
    line: TARO,
    exit: 2,
    en: "pass --password-file FILE\n",
    ja: "--password-file FILE を指定してください\n",
    tenant: {},
  },
  {
    line: "secured users edit hanako01 --app docs --device d",
    exit: 6,
    en: "hanako01",
    tenant: { findSecuredUsers: { items: [] } },
  },
  { line: "secured users list --app docs --fields imapDomain", exit: 2, en: "imapDomain", tenant: {} },
  {
    line: "secured users show taro --app mailer",
    exit: 6,
    en: "taro",
    tenant: { findSecuredUsers: { items: [] } },
  },
  {
    line: "secured users show taro --app mailer",
    exit: 6,
    en: ['no user of mailer matches "taro"', "clomoctl secured users list --app mailer"],
    ja: "「taro」という mailer のユーザー",
    tenant: { findSecuredUsers: { items: [] } },
  },
  {
    line: `secured users show ${hanako.id} --app docs`,
    exit: 2,
    en: `" matches 2 records: hanako01 ${hanako.id}; hanako02 ${other.id}\n`,
    ja: "2 件",
    tenant: { findSecuredUsers: { items: [hanako, other] } },
  },
);

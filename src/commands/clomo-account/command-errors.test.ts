import type { Account, User, Whoami } from "../../lib/client/index.ts";
import {
  testNotPermitted,
  testRefusals,
  testTenantFailures,
  testWrongLines,
} from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["clomo-account create --account x", "USER"],
  ["clomo-account create E0042 --account x --role boss", "--role"],
  ["clomo-account create E0042 --account x --account-timezone Mars/Olympus", "Mars/Olympus"],
  ["clomo-account create E0042 --account x --password-file y --password-in-console", "--password-in-console"],
  ["clomo-account delete", "ACCOUNT"],
  ["clomo-account edit hanako01", "nothing to change: no option sets a value"],
  ["clomo-account edit --account x", "ACCOUNT"],
  [
    "clomo-account edit hanako01 --no-support-option --notice-mail",
    "--notice-mail cannot be used with --no-support-option, because only accounts with the support option can receive notice emails",
  ],
  ["clomo-account grant hanako01", "nothing to change: no option sets a value"],
  ["clomo-account grant --role system", "ACCOUNT"],
  ["clomo-account grant a --account b", "unknown option --account"],
  ["clomo-account list --role boss", "--role"],
  ["clomo-account list x"],
  ["clomo-account reset-password", "ACCOUNT"],
  ["clomo-account reset-password hanako01 --by-mail --code x", "--by-mail and --code cannot be used together"],
  [
    "clomo-account reset-password hanako01 --by-mail --password-file x",
    "--by-mail and --password-file cannot be used together",
  ],
  ["clomo-account reset-password hanako01 --by-mail --dry-run", "--by-mail and --dry-run cannot be used together"],
  ["clomo-account reset-password hanako01 --code x --dry-run", "--code and --dry-run cannot be used together"],
  [
    "clomo-account reset-password hanako01 --code x --password-in-console",
    "--code and --password-in-console cannot be used together",
  ],
  [
    "clomo-account reset-password hanako01 --password-file x --password-in-console",
    "--password-file and --password-in-console cannot be used together",
  ],
  ["clomo-account reset-password hanako01 --to x@example.jp", "--to requires --by-mail"],
  ["clomo-account revoke", "ACCOUNT"],
  ["clomo-account revoke a b"],
  ["clomo-account settings set", "nothing to change: no option sets a value"],
  ["clomo-account settings set --composition nickname", "--composition"],
  ["clomo-account settings show x"],
  ["clomo-account show", "ACCOUNT"],
  ["clomo-account show a b"],
);

const [user] = example<{ items: readonly [User] }>("users").items;
const [account] = example<{ items: readonly [Account] }>("findAccounts").items;
const findAccounts = { items: [account] };

testTenantFailures(
  {
    line: "clomo-account create E0042 --account x --role system",
    failing: "createAccount",
    tenant: { findUsers: { items: [{ ...user, accountName: "hana" }] } },
    terminal: {},
  },
  { line: "clomo-account edit hanako01 --account x", failing: "editAccount", tenant: { findAccounts } },
  {
    line: "clomo-account grant hanako01 --role system --password-in-console",
    failing: "grantRole",
    code: "not-permitted",
    tenant: { findAccounts },
  },
  {
    line: "clomo-account reset-password hanako01 --by-mail --to x@example.jp",
    failing: "sendResetCode",
    code: "unavailable",
    tenant: { findAccounts },
  },
  {
    line: "clomo-account settings set --authentication x",
    failing: "setAccountSettings",
    tenant: { accountSettings: { ...example<object>("accountSettings"), composition: "free-text" } },
  },
  { line: "clomo-account settings show", failing: "accountSettings", code: "not-permitted" },
);

testNotPermitted(
  ["clomo-account create hanako@example.jp --account hanako01", "create CLOMO accounts"],
  ["clomo-account create hanako@example.jp --account hanako01 --role system", "create CLOMO accounts"],
  ["clomo-account edit hanako01 --memo b", "change CLOMO accounts"],
  ["clomo-account grant hanako01 --role division", "grant roles"],
  ["clomo-account grant hanako01 --role operator", "grant roles"],
  ["clomo-account revoke hanako01", "revoke roles", "管理者権限を外す)"],
);

testRefusals(
  ...["--password-in-console", "--by-mail --to x@example.jp", "--code 7K2M-04QX-9TRB"].map((words) => ({
    line: `clomo-account reset-password jiro01 ${words} --as hanako`,
    exit: 4,
    en: "hanako is not permitted to set the passwords of others: an operator does not have this right\n",
    ja: "「hanako」の権限では行えません",
    tenant: { whoami: example<Whoami>("whoami", { role: "operator", operations: [] }) },
  })),
  {
    line: "clomo-account grant A0009 --role operator",
    exit: 6,
    en: "--search A0009",
    tenant: { findAccounts: { items: [] }, findUsers: { items: [] } },
  },
  {
    line: "clomo-account grant A0002 --role operator",
    exit: 6,
    en: `error: user A0002 (${user.name}) does not have a CLOMO account\n  to create an account: clomoctl clomo-account create A0002 --account NAME\n`,
    ja: [
      `ユーザー「A0002」(${user.name})に CLOMO アカウントはありません\n`,
      "作成するには: clomoctl clomo-account create A0002 --account NAME\n",
    ],
    tenant: { findAccounts: { items: [] }, findUsers: { items: [{ ...user, accountName: null }] } },
  },
  {
    line: "clomo-account list --org 無い",
    exit: 6,
    en: "無い",
    ja: "「無い」という組織はありません",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "clomo-account show hana",
    exit: 6,
    en: 'no CLOMO account has the account name, id, email address or employee code "hana"\n',
    ja: "clomoctl clomo-account list --search hana",
    tenant: { findAccounts: { items: [] }, findUsers: { items: [] } },
  },
);

import type { Account, User } from "../../lib/client/index.ts";
import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["clomo-account create --account x", "USER"],
  ["clomo-account create E0042 --account x --role boss", "--role"],
  ["clomo-account create E0042 --account x --account-timezone Mars/Olympus", "Mars/Olympus"],
  ["clomo-account create E0042 --account x --password-file y --password-in-console", "--password-in-console"],
  ["clomo-account delete", "ACCOUNT"],
  ["clomo-account edit --account x", "ACCOUNT"],
  [
    "clomo-account edit hanako01 --no-support-option --notice-mail",
    "--notice-mail cannot be used with --no-support-option, because only accounts with the support option can receive notice emails",
  ],
  ["clomo-account edit hanako01", "nothing to change: no option sets a value"],
  ["clomo-account list --role boss", "--role"],
  ["clomo-account list x"],
  ["clomo-account reset-password", "ACCOUNT"],
  [
    "clomo-account reset-password hanako01 --password-file x --password-in-console",
    "--password-file and --password-in-console cannot be used together",
  ],
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
    line: "clomo-account settings set --authentication x",
    failing: "setAccountSettings",
    tenant: {},
  },
  { line: "clomo-account settings show", failing: "accountSettings", code: "not-permitted" },
);

testRefusals(
  {
    line: "clomo-account edit A0009 --role operator",
    exit: 6,
    en: "--search A0009",
    tenant: { findAccounts: { items: [] }, findUsers: { items: [] } },
  },
  {
    line: "clomo-account edit A0002 --role operator",
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

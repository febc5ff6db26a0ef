import type { User } from "../../lib/client/index.ts";
import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const [user] = example<{ items: readonly [User] }>("users").items;
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

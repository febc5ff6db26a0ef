import { testRefusals } from "#support/commands/command-failures.ts";

testRefusals(
  {
    line: "clomo-account edit A0009 --role operator",
    exit: 6,
    en: "--search A0009",
    tenant: { findAccounts: { items: [] } },
  },
  {
    line: "clomo-account list --org 無い",
    exit: 6,
    en: "無い",
    ja: "「無い」という組織はありません\n  パスで指定してください: 本社/無い\n",
    tenant: { findOrgs: { items: [] }, orgs: { items: [{ name: "無い", path: "本社/無い" }] } },
  },
  {
    line: "clomo-account show hana",
    exit: 6,
    en: 'no CLOMO account matches "hana"\n',
    ja: "clomoctl clomo-account list --search hana",
    tenant: { findAccounts: { items: [] } },
  },
);

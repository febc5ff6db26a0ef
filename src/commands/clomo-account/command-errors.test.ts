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
    ja: "「無い」という組織はありません",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "clomo-account show hana",
    exit: 6,
    en: 'no CLOMO account matches "hana"\n',
    ja: "clomoctl clomo-account list --search hana",
    tenant: { findAccounts: { items: [] } },
  },
);

import type { SecuredUser } from "../../lib/client/index.ts";
import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [SecuredUser] }>("findSecuredUsers").items;
const other: SecuredUser = { ...hanako, id: hanako.id.replace(/4$/, "9"), userId: "hanako02" };
const TARO = "secured users create taro01 --name 山田 --app docs";

testRefusals(
  {
    line: TARO,
    exit: 2,
    en: "pass --password-file FILE\n",
    ja: "--password-file FILE を指定してください\n",
    tenant: {},
  },
  { line: "secured users list --app docs --fields imapDomain", exit: 2, en: "imapDomain", tenant: {} },
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

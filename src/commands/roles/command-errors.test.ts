import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const schemes = example("schemes");

testRefusals(
  {
    line: "roles schemes create x --item ユーザーの組織移",
    exit: 2,
    en: "ユーザーの組織移",
    ja: "ユーザーの組織移動",
  },
  { line: "roles schemes delete 人事 --dry-run", exit: 6, en: "人事", tenant: { schemes } },
  { line: "roles schemes edit 人事 --name x", exit: 6, en: "人事", tenant: { schemes } },
  {
    line: "roles schemes show ユーザー登録",
    exit: 6,
    en: 'no permission scheme matches "ユーザー登録"',
    ja: "clomoctl roles schemes list",
    tenant: { schemes },
  },
);

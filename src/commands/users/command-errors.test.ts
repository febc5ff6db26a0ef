import type { CustomField, User } from "../../lib/client/index.ts";
import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [User] }>("findUsers").items;
const yamada: User = { ...hanako, id: hanako.id.replace(/2$/, "9"), name: "山田", emails: [] };
const [joined] = example<{ items: readonly [CustomField] }>("fields").items;
const place: CustomField = { ...joined, id: joined.id.replace(/3$/, "9"), name: "入社年" };
const fields = { items: [joined] };

testRefusals(
  {
    line: "users create --name a --email a@example.jp --custom 入社年",
    exit: 2,
    en: "--custom",
    tenant: {},
  },
  {
    line: "users delete --file book.xlsx",
    exit: 3,
    en: "the file is damaged",
    ja: "book.xlsx",
    tenant: {},
    files: { "book.xlsx": "PK\u0003\u0004\0\0" },
  },
  {
    line: "users import people.csv --yes --sheet 社員",
    exit: 2,
    en: "--sheet is for workbooks",
    ja: "people.csv",
    tenant: {},
    files: { "people.csv": "氏名\r\n髙橋 花子\r\n" },
  },
  { line: "users delete --file gone.txt", exit: 6, en: "gone.txt", tenant: {} },
  {
    line: "users delete --file -",
    exit: 2,
    en: "the plan cannot be confirmed",
    ja: "答えられません",
    tenant: {},
    terminal: {},
  },
  {
    line: "users fields remove 入社年 --yes",
    exit: 3,
    en: "--confirm-deletions 2",
    tenant: { fields, field: { ...joined, users: 2 } },
  },
  {
    line: "users fields remove 退社年 --yes",
    exit: 6,
    en: 'error: no custom field matches "退社年"\n  to list all: clomoctl users fields list\n',
    ja: "「退社年」",
    tenant: { fields },
  },
  {
    line: "users fields remove 入社年 --yes",
    exit: 2,
    en: `"入社年" matches 2 records: 入社年 ${joined.id}; 入社年 ${place.id}`,
    ja: "2 件",
    tenant: { fields: { items: [joined, place] } },
  },
  {
    line: "users import people.csv --yes --fields importId,nope",
    exit: 2,
    en: "--fields",
    tenant: {},
    files: { "people.csv": "氏名\r\n髙橋 花子\r\n" },
  },
  {
    line: "users import -",
    exit: 2,
    en: "error: the plan cannot be confirmed on stdin, because stdin is the input file\n  specify a file name, or pass --no-input\n",
    ja: "入力ファイルを標準入力から読むため",
    tenant: {},
    terminal: {},
  },
  ...["--format xlsx", "--format csv -o a.csv", "-o a.xlsx"].map((words) => ({
    line: `users list ${words}`,
    exit: 2,
    en: "--format xlsx and -o FILE must be used together",
    ja: "一緒に指定してください",
    tenant: {},
  })),
  {
    line: "users list --output JSON",
    exit: 2,
    en: "-o FILE must be used together\n  --output\n  did you mean --format json?",
    ja: "「--format json」ではありませんか?",
    tenant: {},
  },
  {
    line: "users show E9",
    exit: 6,
    en: 'error: no user matches "E9"\n  to search for part of the name: clomoctl users list --search E9\n',
    ja: "「E9」というユーザーはありません\n",
    tenant: { findUsers: { items: [] } },
  },
  {
    line: "users show hanako",
    exit: 2,
    en: `"hanako" matches 2 records: 髙橋 花子 <hanako@example.co.jp> ${hanako.id}; 山田 <> ${yamada.id}\n`,
    ja: "「hanako」は 2 件",
    tenant: { findUsers: { items: [hanako, yamada] } },
  },
);

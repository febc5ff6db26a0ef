import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { orgNamed } from "../orgs/named.ts";
import { ACCOUNT_COLUMNS, usualOf } from "./columns.ts";
import { ROLE } from "./options.ts";

export default defineCommand({
  summary: text("list CLOMO accounts", "CLOMO アカウントを一覧する"),
  details: [
    text(
      "Every user with an account name has one. The role is none where no other was recorded here: administrators of the console are known once their roles are.",
      "アカウント名のあるユーザーをすべて表示します。管理者権限は、ここで記録したものだけを表示します。記録がなければ「管理者権限を付与しない」です。",
    ),
  ],
  args: {},
  options: {
    role: { ...ROLE, about: text("only those of this role", "この管理者権限のアカウントに絞り込む") },
    supportOption: {
      kind: "boolean",
      about: text("only those that hold the support option", "サポートオプションのあるアカウントに絞り込む"),
    },
    org: {
      kind: "string",
      value: "ORG",
      names: "orgs",
      about: text(
        "only those of users directly in this organisation",
        "この組織に直接所属するユーザーのアカウントに絞り込む",
      ),
    },
    search: {
      kind: "string",
      value: "TEXT",
      about: text("only those with a value that contains it", "いずれかの項目に含む文字で絞り込む"),
    },
    filterName: {
      kind: "string",
      value: "TEXT",
      about: text("only those whose account name contains it", "アカウント名に含む文字で絞り込む"),
    },
    filterId: {
      kind: "string",
      value: "TEXT",
      about: text("only those of users with a mail address that contains it", "メールアドレスに含む文字で絞り込む"),
    },
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl clomo-account list --role system" },
    { line: "clomoctl clomo-account list --support-option --format json" },
    { line: "clomoctl clomo-account list --org 本社/営業部 --search 山" },
  ],
  exits: ["not-found"],
  async run(tools, { org, supportOption, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("accounts");
    const query = {
      ...filters,
      ...(supportOption && { supported: true }),
      ...(org !== undefined && { org: (await orgNamed(tools, org)).id }),
    };
    const accounts = client.accounts.list(query);
    const columns = listColumns(terminal, ACCOUNT_COLUMNS, usualOf(filters.role));
    await terminal.list(columns, firstOf(accounts, limit), () => firstLines(accounts.ndjson(), limit));
  },
});

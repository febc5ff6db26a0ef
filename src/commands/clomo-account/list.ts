import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { buildOrgOptions, FILTER_OPTIONS, LIMIT_OPTION, listColumns, SEARCH_OPTION } from "../kit/list/list.ts";
import { resolveOrgFilter } from "../kit/change/find-org.ts";
import { ACCOUNT_COLUMNS, getDefaultColumns } from "../kit/columns/accounts.ts";
import { ROLE_OPTION } from "../kit/change/account-options.ts";

export default defineCommand({
  summary: text("list CLOMO accounts", "CLOMO アカウントを一覧する"),
  args: {},
  options: {
    role: { ...ROLE_OPTION, about: text("only accounts with this role", "この管理者権限のアカウントに絞り込む") },
    supportOption: {
      kind: "boolean",
      about: text("only accounts with the support option", "サポートオプションのあるアカウントに絞り込む"),
    },
    ...buildOrgOptions(
      text("only accounts in this organisation (code or path) or below it", "この組織(組織コードかパス)とその下の組織"),
    ),
    search: SEARCH_OPTION,
    ...FILTER_OPTIONS,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl clomo-account list --role system" },
    { line: "clomoctl clomo-account list --support-option --format json" },
    { line: "clomoctl clomo-account list --org 本社/営業部 --search 山" },
  ],
  exits: ["not-found"],
  async run(tools, { org, direct, supportOption, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("accounts");
    const query = {
      ...filters,
      limit,
      ...(supportOption && { supported: true }),
      ...(await resolveOrgFilter(tools, { org, direct })),
    };
    const accounts = client.accounts.list(query);
    const columns = listColumns(terminal, ACCOUNT_COLUMNS, getDefaultColumns(filters.role));
    await terminal.list(columns, accounts, () => accounts.ndjson());
  },
});

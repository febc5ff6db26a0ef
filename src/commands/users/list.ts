import { USER } from "../../lib/nouns/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { ALL_CONTEXTS_OPTION, FILTER_OPTIONS, LIMIT_OPTION, listColumns, SEARCH_OPTION } from "../kit/list/list.ts";
import { listOfContexts } from "../kit/list/contexts.ts";
import { USER_COLUMNS, USER_ORG_OPTIONS } from "../kit/columns/users.ts";

export default defineCommand({
  summary: text("list users", "ユーザーを一覧する"),
  args: {},
  options: {
    ...USER_ORG_OPTIONS,
    search: SEARCH_OPTION,
    ...FILTER_OPTIONS,
    allContexts: ALL_CONTEXTS_OPTION,
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl users list --limit 20" },
    { line: "clomoctl users list --search 山田 --format json" },
    { line: "clomoctl users list --org 本社/営業部" },
    { line: "clomoctl users list --format csv --fields employeeCode,name,org" },
  ],
  exits: ["not-found", "partial"],
  run: (tools, { org, direct, allContexts, ...filters }) =>
    listOfContexts(tools, { allContexts, limit: filters.limit }, async (here) => {
      const { client } = await here.tenant("users");
      const isOrgGiven = org !== undefined || direct;
      const within =
        isOrgGiven && (await (await import("../kit/change/find-org.ts")).resolveOrgFilter(here, { org, direct }));
      const records = client.users.list({ ...filters, ...within });
      const columns = listColumns(here.terminal, USER_COLUMNS, USER.usual);
      return { columns, records, ndjson: () => records.ndjson() };
    }),
});

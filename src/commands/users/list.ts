import { USER, USER_ORDERS } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { USER_COLUMNS, USER_FILTERS } from "./columns.ts";

const sortOf = (sort: string | undefined) => {
  const [typed, direction] = sort?.split(":") ?? [];
  const field = USER_ORDERS.find((name) => name === typed);
  return field && { sort: field, ...(direction === "desc" && { desc: true }) };
};

/** The choices of `--sort`, by the headers of the list. */
const CALLED = Object.fromEntries(
  USER_COLUMNS.filter(({ key }) => USER_ORDERS.some((field) => field === key)).flatMap(({ key, header }) => [
    [key, header] as const,
    [`${key}:desc`, text(`${header.en}:desc`, `${header.ja}:desc`)] as const,
  ]),
);

export default defineCommand({
  summary: text("list users", "ユーザーを一覧する"),
  args: {},
  options: {
    org: USER_FILTERS.org,
    search: USER_FILTERS.search,
    sort: {
      kind: "choice",
      value: "FIELD[:desc]",
      choices: USER_ORDERS.flatMap((field) => [field, `${field}:desc`] as const),
      called: CALLED,
      about: text("the field to sort by (default: order of creation)", "並べ替えの基準(既定: 登録順)"),
    },
    filterName: USER_FILTERS.filterName,
    filterId: USER_FILTERS.filterId,
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl users list --limit 20" },
    { line: "clomoctl users list --search 山田 --format json" },
    { line: "clomoctl users list --org 本社/営業部 --sort employeeCode" },
    { line: "clomoctl users list --format csv --fields employeeCode,name,org" },
  ],
  exits: ["not-found"],
  async run(tools, { org, sort, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("users");
    const inOrg = org === undefined ? undefined : await (await import("../orgs/named.ts")).orgNamed(tools, org);
    const query = {
      ...filters,
      ...(inOrg && { org: inOrg.id }),
      ...sortOf(sort),
    };
    const users = client.users.list(query);
    const columns = listColumns(terminal, USER_COLUMNS, USER.usual);
    const lines = sort === undefined ? () => firstLines(users.ndjson(), limit) : undefined;
    await terminal.list(columns, firstOf(users, limit), lines);
  },
});

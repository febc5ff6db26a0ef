import { ORG, ORG_COUNTS } from "../../lib/nouns/organisation.ts";
import { same, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { buildFieldColumns, isRecordOutputRequested, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { ORG_COLUMNS, ORG_LIST_FIELDS } from "../kit/columns/orgs.ts";
import type { Org, OrgDetail } from "../../lib/client/index.ts";
import type { ResultLayout } from "../kit/columns/change-result.ts";

export default defineCommand({
  summary: text("list organisations", "組織を一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [
    { line: "clomoctl orgs list --format table" },
    { line: "clomoctl orgs list --format json --fields path,code" },
  ],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("orgs");
    const orgs = client.orgs.list({ limit });
    if (!terminal.onTerminal || isRecordOutputRequested(tools))
      return terminal.list(listColumns(terminal, ORG_COLUMNS, ORG.usual), orgs);
    const tree = await Array.fromAsync(orgs);
    await terminal.list(listColumns(terminal, indentNames(tree), ORG.usual), tree);
  },
});

const indentNames = (orgs: readonly Org[]): typeof ORG_COLUMNS => {
  const top = Math.min(...orgs.map(({ depth }) => depth));
  const name = ({ depth, name: own }: Org) => same("  ".repeat(depth - top) + own);
  return ORG_COLUMNS.map((column) => (column.key === "name" ? { ...column, name } : column));
};

export const ORG_DETAIL_COLUMNS = buildFieldColumns<OrgDetail>({ ...ORG_LIST_FIELDS, ...ORG_COUNTS });

export const ORG_RESULT_LAYOUT = {
  columns: ORG_COLUMNS,
  fields: ORG.fields,
  called: ({ path, name }) => (path === "" ? name : path),
} as const satisfies ResultLayout<Org>;

import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import { drawTree, type TreeNode } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable, LIMIT, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { ORG_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show organisations as a tree or a list", "組織をツリーまたは一覧で表示する"),
  details: [
    text(
      "The table format shows a tree with the root 全社, each name followed by its code. With --fields, and in other formats, it is a list, parents before their children.",
      "table 形式では全社を最上位とするツリーで表示します(名前の後ろは組織コード)。--fields を指定したときとほかの形式では、上位組織を先に並べた一覧になります。",
    ),
  ],
  args: {},
  options: { limit: LIMIT },
  examples: [
    { line: "clomoctl orgs list --format table" },
    { line: "clomoctl orgs list --format json --fields path,code" },
  ],
  exits: ["not-found"],
  async run(tools, { limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("orgs");
    const orgs = (await client.orgs.list()).slice(0, limit);
    if (isUsualTable(terminal)) await writeTree(terminal, orgs);
    else await terminal.list(listColumns(terminal, ORG_COLUMNS, ORG.usual), orgs);
  },
});

/** The tree below the first organisation; parents precede their children. */
function treeOf(orgs: readonly Org[]): TreeNode | undefined {
  interface Grown extends TreeNode {
    readonly children: TreeNode[];
  }
  const byId = new Map<string, Grown>();
  let root: TreeNode | undefined;
  for (const { id, name, code, parentId } of orgs) {
    const node: Grown = { label: name, note: code ?? undefined, children: [] };
    byId.set(id, node);
    byId.get(parentId ?? "")?.children.push(node);
    root ??= node;
  }
  return root;
}

async function writeTree(terminal: Tools["terminal"], orgs: readonly Org[]): Promise<void> {
  const root = treeOf(orgs);
  if (root === undefined) return;
  const { faint } = await terminal.styles("stdout");
  for (const line of drawTree(root, faint)) {
    if (terminal.out.closed) return;
    await terminal.out.write(`${line}\n`);
  }
}

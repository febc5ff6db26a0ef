import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import type { TreeNode } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { ORG_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show organisations as a tree or a list", "組織をツリーまたは一覧で表示する"),
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
    const orgs = (await client.orgs.list()).slice(0, limit);
    if (isDefaultTable(terminal)) await writeOrgTrees(terminal, orgs);
    else await terminal.list(listColumns(terminal, ORG_COLUMNS, ORG.usual), orgs);
  },
});

/** Builds a tree for each organisation whose parent is not in the list. Parents must precede their children. */
function buildTrees(orgs: readonly Org[]): readonly TreeNode[] {
  interface Grown extends TreeNode {
    readonly children: TreeNode[];
  }
  const byId = new Map<string, Grown>();
  const trees: TreeNode[] = [];
  for (const { id, name, code, path, parentId } of orgs) {
    const parent = byId.get(parentId ?? "");
    // the parent organisations are not visible, so the whole path shows where the tree is, and is what people type
    const label = parent === undefined && path !== "" ? path : name;
    const node: Grown = { label, note: code ?? undefined, children: [] };
    byId.set(id, node);
    (parent?.children ?? trees).push(node);
  }
  return trees;
}

async function writeOrgTrees(terminal: Tools["terminal"], orgs: readonly Org[]): Promise<void> {
  const { drawTree } = await import("../../lib/terminal/table/tree.ts");
  const { faint } = await terminal.styles("stdout");
  for (const tree of buildTrees(orgs)) {
    for (const line of drawTree(tree, faint)) {
      if (terminal.out.closed) return;
      await terminal.out.write(`${line}\n`);
    }
  }
}

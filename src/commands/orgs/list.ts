import type { Org } from "../../lib/client/index.ts";
import { ORG } from "../../lib/model/organisation.ts";
import type { TreeNode } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable, LIMIT, listColumns } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { ORG_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show organisations as a tree or a list", "組織をツリーまたは一覧で表示する"),
  details: [
    text(
      "The table format shows a tree with the root 全社, each name followed by its code; an administrator of some organisations sees a tree for each of them, begun by its path. With --fields, and in other formats, it is a list, parents before their children.",
      "table 形式では全社を最上位とするツリーで表示します(名前の後ろは組織コード)。一部の組織だけを管理する人には、管理対象組織ごとにパスから始まるツリーで表示します。--fields を指定したときとほかの形式では、上位組織を先に並べた一覧になります。",
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

/** A tree for each organisation whose parent is not among them; parents precede their children. */
function treesOf(orgs: readonly Org[]): readonly TreeNode[] {
  interface Grown extends TreeNode {
    readonly children: TreeNode[];
  }
  const byId = new Map<string, Grown>();
  const trees: TreeNode[] = [];
  for (const { id, name, code, path, parentId } of orgs) {
    const parent = byId.get(parentId ?? "");
    // what lies above is not seen: the whole path says where a tree stands, and is what people type
    const label = parent === undefined && path !== "" ? path : name;
    const node: Grown = { label, note: code ?? undefined, children: [] };
    byId.set(id, node);
    (parent?.children ?? trees).push(node);
  }
  return trees;
}

async function writeTree(terminal: Tools["terminal"], orgs: readonly Org[]): Promise<void> {
  const { drawTree } = await import("../../lib/terminal/table/tree.ts");
  const { faint } = await terminal.styles("stdout");
  for (const tree of treesOf(orgs)) {
    for (const line of drawTree(tree, faint)) {
      if (terminal.out.closed) return;
      await terminal.out.write(`${line}\n`);
    }
  }
}

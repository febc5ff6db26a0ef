import { text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { buildLineColumns, STATUS_COLUMNS } from "./status/columns.ts";
import { loadTenantStatus } from "./status/gather.ts";
import type { Tools } from "./tools.ts";

export default defineCommand({
  summary: text("show the state of a tenant and what to do next", "テナントの状況と次の操作を表示する"),
  args: {},
  options: {
    allContexts: {
      kind: "boolean",
      about: text("show all tenants configured on this computer", "このコンピューターに登録された全テナントを表示する"),
    },
  },
  examples: [{ line: "clomoctl status" }, { line: "clomoctl status --all-contexts --format json" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { allContexts }) {
    const { terminal, globals } = tools;
    const { contexts, used, several } = await chooseContexts(tools, allContexts);
    // in parallel, so that a tenant that does not respond does not delay the others
    const all = await Promise.all(
      contexts.map((context) => loadTenantStatus(tools, context, { used: context.name === used, several })),
    );
    const { format, fields } = terminal.output;
    // without a chosen format, a file or a pipe also gets the lines for people
    const isChosen = globals.format !== undefined || fields !== undefined;
    if (isChosen && format !== "table") return terminal.list(STATUS_COLUMNS, all);
    for (const [at, status] of all.entries()) {
      if (at > 0) await terminal.out.write("\n");
      await terminal.showForPeople(fields === undefined ? buildLineColumns(status) : STATUS_COLUMNS, status);
    }
  },
});

async function chooseContexts({ contexts, globals, environment }: Tools, all: boolean) {
  const chosen = await contexts.inEffect(globals.context, environment);
  const used = await contexts.inUse(environment);
  const several = (await contexts.counted(chosen?.context.name)).length > 1;
  if (chosen !== undefined && !all) return { contexts: [chosen.context], used, several };
  return { contexts: await contexts.listUsed(), used, several };
}

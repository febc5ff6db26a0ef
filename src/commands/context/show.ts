import type { Context } from "../../lib/config/context.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { dayOf } from "../../lib/model/time.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { CONTEXT_DETAILS, type ContextRow } from "./columns.ts";

interface ContextDetail extends ContextRow {
  /** UTC time of the last data update from the console; null if never, or if unknown on this machine */
  readonly mirroredAt: string | null;
  /** calendar days since `mirroredAt` */
  readonly mirrorAgeDays: number | null;
}

const COLUMNS: readonly Column<ContextDetail>[] = [
  ...CONTEXT_DETAILS,
  {
    key: "mirroredAt",
    header: text("last update from the console", "管理画面からの最終取り込み"),
    instant: true,
    value: ({ mirroredAt }) => mirroredAt,
  },
  {
    key: "mirrorAgeDays",
    header: text("days since last update", "最終取り込みからの日数"),
    value: ({ mirrorAgeDays }) => mirrorAgeDays,
  },
];

export default defineCommand({
  summary: text("show a context (default: the context in use)", "コンテキストの内容を表示する(省略時は使用中のもの)"),
  args: {
    name: { kind: "string", names: "contexts", about: text("context name", "コンテキスト名") },
  },
  options: {},
  examples: [{ line: "clomoctl context show" }, { line: "clomoctl context show local --format json" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { name }) {
    const { terminal, contexts, globals, environment } = tools;
    const used = await contexts.inEffect(globals.context, environment);
    const context =
      name === undefined ? (await contexts.choose(globals.context, environment)).context : await contexts.find(name);
    const mirroredAt = await readMirrorTime(tools, context);
    const mirrorAgeDays = mirroredAt === null ? null : countDaysSince(mirroredAt, tools, context);
    await terminal.show(COLUMNS, { context, used: context.name === used?.context.name, mirroredAt, mirrorAgeDays });
  },
});

/**
 * Returns when a local tenant was last updated from the console; null if the tenant does not have a database yet. Does
 * not contact a remote tenant (also null): only commands that need the tenant contact it.
 */
async function readMirrorTime(tools: Tools, context: Context): Promise<string | null> {
  if (!tools.contexts.hasDatabase(context)) return null;
  try {
    const { client } = await tools.tenantOf(context, "tenant");
    return (await client.tenant.show()).mirroredAt;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await tools.terminal.warn(error.what);
    return null;
  }
}

const DAY_MS = 86_400_000;

function countDaysSince(instant: string, tools: Tools, context: Context): number {
  const dayIn = (at: string): number => Date.parse(dayOf(at, resolveTimezone(tools, { context })));
  return (dayIn(tools.clock.now().toISOString()) - dayIn(instant)) / DAY_MS;
}

import { commandName } from "../lib/advice/index.ts";
import { HEADERS } from "../lib/renewals/output/headers.ts";
import { momentIn } from "../lib/model/time.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { documentOrRecords, requestedDocument } from "./listing/documents.ts";
import { writeOutput } from "./csv/file/output.ts";
import { shownColumns, STATUS_COLUMNS } from "./status/columns.ts";
import { statusOf, type Status } from "./status/gather.ts";
import { zoneInEffect, type Tools } from "./tools.ts";

export default defineCommand({
  summary: text("show how a tenant stands, and what to do next", "テナントの状況と次の操作を表示する"),
  details: [
    text(
      "Its size, the last import and by whom, what waits for the console, how old its data are, what expires next, what is wrong. Where no context is in use, all are shown. In formats of records it is a list of tenants; --format html is a page. It ends with 0 whatever it finds: `renewals check` is what alarms.",
      "件数、最後のインポートとその実行者、管理画面の照合待ち、データの新しさ、次の更新期限、問題を表示します。json や csv などの形式ではテナントの一覧に、--format html ではページになります。使用中のコンテキストがなければ全コンテキストを表示します。何が見つかっても終了コードは 0 です(警報には `renewals check` を使います)。",
    ),
  ],
  args: {},
  options: {
    allContexts: {
      kind: "boolean",
      about: text("all tenants configured on this computer", "この PC に登録された全テナント"),
    },
    ...documentOrRecords(["html"], "records", { header: HEADERS.statusPage }),
  },
  examples: [
    { line: "clomoctl status" },
    { line: "clomoctl status --all-contexts --format json" },
    { line: "clomoctl status --all-contexts --format html -o status.html --lang ja" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, { allContexts, ...options }) {
    const { terminal } = tools;
    const page = requestedDocument(tools, options, { usual: undefined, where: commandName("status") });
    const { contexts, used, several } = await contextsOf(tools, allContexts);
    // at once: one that does not answer keeps nobody waiting for the others
    const all = await Promise.all(
      contexts.map((context) => statusOf(tools, context, { used: context.name === used, several })),
    );
    if (page !== undefined) return writePage(tools, all, page.output);
    const { format, fields } = terminal.output;
    if (format !== "table") return terminal.list(STATUS_COLUMNS, all);
    for (const [at, status] of all.entries()) {
      if (at > 0) await terminal.out.write("\n");
      await terminal.show(fields === undefined ? shownColumns(status) : STATUS_COLUMNS, status);
    }
  },
});

/** The contexts to show, the name of the one in use, and whether there are several. An `embedded` that never held data counts only alone. */
async function contextsOf({ contexts, globals, environment }: Tools, all: boolean) {
  const chosen = await contexts.inEffect(globals.context, environment);
  const used = await contexts.inUse(environment);
  const [every, among] = [await contexts.list(), await contexts.counted(chosen?.context.name)];
  const several = among.length > 1;
  if (chosen !== undefined && !all) return { contexts: [chosen.context], used, several };
  return { contexts: among.length === 0 ? every : every.filter(({ name }) => among.includes(name)), used, several };
}

async function writePage(tools: Tools, all: readonly Status[], file: string): Promise<void> {
  const { documentPage } = await import("../lib/document/page.ts");
  const { statusDocument } = await import("./status/document.ts");
  const { terminal, clock } = tools;
  const asOf = momentIn(clock.now(), await zoneInEffect(tools), "minute");
  const page = documentPage(statusDocument(all, asOf), terminal.language, HEADERS.statusPage);
  await writeOutput(tools, file, ReadableStream.from([Buffer.from(page)]), { held: false });
  if (file !== "-") await terminal.note(text(`wrote ${file}`, `${file} を書き出しました`));
}

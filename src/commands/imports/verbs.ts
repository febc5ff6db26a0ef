import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { noteFailedJobs } from "../kit/jobs/recorder.ts";
import { listOfContexts } from "../kit/list/contexts.ts";
import { ALL_CONTEXTS_OPTION, limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import {
  buildRowColumns,
  DEFAULT_LIST_COLUMNS,
  DEFAULT_ROW_COLUMNS,
  IMPORT_DETAIL_COLUMNS,
  IMPORT_LIST_COLUMNS,
} from "../../lib/plan/columns.ts";
import { buildRowsCommand, isFromFile } from "../../lib/plan/describe.ts";
import { findImport, IMPORT_ARGUMENT, OPEN_STATES } from "../kit/plan/find.ts";
import { listProblems } from "../kit/files/problems.ts";
import { showPlan } from "../kit/plan/show.ts";

const discard = defineCommand({
  summary: text("discard a plan without changing the tenant", "計画を破棄する(テナントは変更しない)"),
  args: { id: IMPORT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl imports discard P12" }],
  exits: ["conflict", "not-found"],
  shows: IMPORT_DETAIL_COLUMNS,
  async run(tools, { id }) {
    const { client, requireChangePermission } = await tools.tenant("imports");
    const found = await findImport(client, id, OPEN_STATES);
    await requireChangePermission();
    await tools.terminal.show(IMPORT_DETAIL_COLUMNS, await client.imports.discard(found.id));
    const { number, fileName } = found;
    await tools.terminal.note(
      text(
        `plan ${number} (${fileName}) was discarded; the tenant was not changed`,
        `計画 ${number}(${fileName})を破棄しました。テナントは変更していません`,
      ),
    );
  },
});

const IMPORT_JOB = /^(?:[\w-]+ )+import |^console sync /;

const list = defineCommand({
  summary: text("list imports, newest first", "インポートを新しい順に一覧する"),
  args: {},
  options: { allContexts: ALL_CONTEXTS_OPTION, limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl imports list" }, { line: "clomoctl imports list --format json --fields number,state" }],
  exits: ["not-found", "locked", "partial"],
  run: (tools, { limit, allContexts }) =>
    listOfContexts(tools, { allContexts, limit }, async (here) => {
      const { client, context } = await here.tenant("imports");
      const shown = (await client.imports.list()).filter(({ state }) => state !== "discarded");
      return {
        columns: listColumns(here.terminal, IMPORT_LIST_COLUMNS, DEFAULT_LIST_COLUMNS),
        records: limitRecords(shown, limit),
        note: () => noteFailedJobs(here, context, IMPORT_JOB),
      };
    }),
});

const show = defineCommand({
  summary: text("show an import and what it changed or would change", "インポートと、その変更内容を表示する"),
  args: { id: IMPORT_ARGUMENT },
  options: {
    rows: {
      kind: "boolean",
      about: text("list the changes of each record (of a plan: every row)", "データごとの変更を一覧する(計画では全行)"),
    },
  },
  examples: [
    { line: "clomoctl imports show last" },
    {
      line: "clomoctl imports show 12 --rows --format ndjson",
      about: text("changed records, with old and new values", "変更したデータと、変更前・変更後の値"),
    },
  ],
  exits: ["not-found", "conflict"],
  async run(tools, { id, rows }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("imports");
    const found = await findImport(client, id);
    if (rows) {
      const columns = listColumns(
        terminal,
        buildRowColumns(found.kind, (at) => terminal.moment(at)),
        DEFAULT_ROW_COLUMNS,
      );
      return terminal.list(columns, client.imports.rows(found.id));
    }
    if (found.state === "planned") {
      const problems = isFromFile(found) ? await listProblems(terminal, client, found, found.fileName) : undefined;
      await showPlan(tools, found, { allRows: buildRowsCommand(found), whole: problems?.whole });
    }
    await terminal.show(IMPORT_DETAIL_COLUMNS, found);
  },
});

export default { discard, list, show };

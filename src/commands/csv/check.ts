import type { Import, NounName } from "../../lib/client/index.ts";
import { describeUnknownKey } from "../../lib/csv/layout/map-parse.ts";
import type { FileForm } from "../../lib/csv/records/record.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput } from "../../lib/files/index.ts";
import { createTemporaryFolder } from "../../lib/files/temporary.ts";
import type { FormatName } from "../../lib/nouns/index.ts";
import { FORMATS, type KeyName } from "../../lib/derived/formats.ts";
import { DEFAULT_TIMEZONE } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { addMapOptions, IMPORT_OPTIONS } from "../kit/read-list/options.ts";
import { listProblems, RejectedFileFailure } from "../kit/files/problems.ts";
import { sendFile } from "../kit/plan/send.ts";
import { listColumns } from "../kit/list/list.ts";
import { readList } from "../kit/read-list/reading.ts";
import type { Tools } from "../kit/tools.ts";
import { FORMAT_OPTION } from "../kit/files/column-map.ts";

const { encoding, sheet, headerRow, map, allow } = IMPORT_OPTIONS;

/** Returns tools whose tenant is an empty one, but layouts are those of a local tenant that exists. */
async function openEmptyTenant(tools: Tools): Promise<Tools & AsyncDisposable> {
  const chosen = await tools.contexts.inEffect(tools.globals.context, tools.environment);
  const teaches = chosen !== undefined && tools.contexts.hasDatabase(chosen.context);
  const { path, remove } = await createTemporaryFolder(tools.temporary, "check");
  const { client, close } = await tools.openCopy(path, "imports", "layouts", "users", "orgs");
  const context = { kind: "embedded", name: "", tenantFolder: path, language: "ja", timezone: DEFAULT_TIMEZONE };
  const tenant = async (...nouns: readonly NounName[]) =>
    teaches && !nouns.includes("imports") ? tools.tenant(...nouns) : { context, client };
  return {
    ...tools,
    tenant: tenant as Tools["tenant"],
    [Symbol.asyncDispose]: async () => {
      await close();
      await remove();
    },
  };
}

interface CheckedFile extends Pick<Import, "rows" | "errors" | "warnings"> {
  readonly file: string;
  readonly format: FormatName;
  readonly encoding: FileForm;
  readonly problems: readonly object[];
}

const SUMMARY_COLUMNS: readonly Column<CheckedFile>[] = [
  { key: "file", header: text("file", "ファイル"), value: ({ file }) => file },
  { key: "format", header: text("format", "形式"), value: ({ format }) => format },
  { key: "encoding", header: text("encoding", "文字コード"), value: ({ encoding }) => encoding },
  { key: "rows", header: text("rows", "行数"), align: "end", value: ({ rows }) => rows },
  { key: "errors", header: text("errors", "エラー"), align: "end", value: ({ errors }) => errors },
  { key: "warnings", header: text("warnings", "警告"), align: "end", value: ({ warnings }) => warnings },
  { key: "problems", header: text("problems", "エラーと警告"), advice: true, value: ({ problems }) => problems },
];

const DEFAULT_COLUMNS = ["file", "format", "encoding", "rows", "errors", "warnings"];

export default defineCommand({
  summary: text("check a file against a format, without a tenant", "ファイルが形式どおりかを検査する(テナントは不要)"),
  details: text(
    "Reports what an import into an empty tenant with --create-orgs and --create-groups would report. Lists the first 20 problems; --format json lists all of them.",
    "空のテナントに --create-orgs と --create-groups を付けてインポートするときと同じ検査をします。問題は最初の 20 件を表示し、--format json では全件を出力します。",
  ),
  args: {
    file: { kind: "file", required: true, about: text("file to check (- for stdin)", "ファイル(- は標準入力)") },
  },
  options: {
    as: FORMAT_OPTION,
    encoding,
    sheet,
    headerRow,
    map,
    allow,
    key: defineOption(
      "string",
      "KEY",
      "field that identifies a record, like --key of import commands (default for users: email)",
      "行を識別する項目(インポートの --key と同じ。ユーザーの既定は email)",
    ),
  },
  examples: [
    { line: "clomoctl csv check people.csv --as users" },
    { line: "clomoctl csv check broken/twenty-mistakes.csv --as users --format json" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { file: name, as: kind, key: typed, ...options }) {
    const { terminal } = tools;
    const key = FORMATS[kind].thing.keys.find((one) => one.name === typed)?.name as KeyName | undefined;
    if (key !== typed)
      throw new Failure("usage", { what: describeUnknownKey(typed ?? "", FORMATS[kind]), where: "--key" });
    await using file = await openInput(tools, name);
    await using empty = await openEmptyTenant(tools);
    const { map: known, reading } = await readList(empty, file, { use: "import", kind, file: name, options });
    const creating = { createOrgs: true, createGroups: true, orgBy: "code" } as const;
    const own = {
      ...options,
      key,
      ...creating,
      mode: "append",
      dryRun: true,
      keepPlan: false,
      skipInvalid: false,
    } as const;
    const requested = addMapOptions({ kind, file: name, options: own }, known?.options);
    const plan = await sendFile(empty, file, requested, reading, known);
    const { client } = await empty.tenant("imports");
    const how = text("--format json lists them all", "--format json で全件を出力");
    const { all: problems } = await listProblems(terminal, client, plan, file.label, how);
    const { rows, errors, warnings } = plan;
    const checked = { file: file.label, format: kind, encoding: reading.encoding, rows, errors, warnings, problems };
    await terminal.show(listColumns(terminal, SUMMARY_COLUMNS, DEFAULT_COLUMNS), checked);
    if (errors === 0) return;
    const what = text(
      `${formatCount(errors, "error")} in the file (${formatCount(rows, "row")} in total)`,
      `ファイル(全 ${rows} 行)にエラーが ${errors} 件あります`,
    );
    throw new RejectedFileFailure({ what, where: file.label }, problems);
  },
});

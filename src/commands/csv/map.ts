import { commandName, line } from "../../lib/advice/index.ts";
import { namesOrg } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { Failure } from "../../lib/errors/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import type { RetypedCommand } from "../imports/plan/reading.ts";
import { examineFile } from "../imports/plan/send.ts";
import { buildCsvCommand, buildImportCommand } from "../imports/refusal/command.ts";
import type { Remedy } from "../imports/refusal/remedies.ts";
import { toListDay } from "../../lib/csv/layout/skipped-value.ts";
import { scanForRemedies } from "../imports/refusal/scan.ts";
import { hasComments, loadColumnMap } from "./file/column-map.ts";
import { INPUT_ENCODING_OPTION } from "./file/encoding.ts";
import { FORMAT_OPTION } from "./file/format.ts";
import { OUTPUT_FILE_OPTION, writeOutput } from "./file/output.ts";
import { SHEET_OPTION } from "./file/sheet.ts";
import { askColumns } from "./questions/ask.ts";
import { renderMapFile } from "./questions/render.ts";
import { surveyFile } from "./questions/survey.ts";

export default defineCommand({
  summary: text("create a --map file by answering questions", "質問に答えて、--map 用の対応表ファイルを作る"),
  details: [
    text(
      "Asks which field each unknown header stands for. If the output file is a map, it is continued: only what it does not answer is asked (with --overwrite, everything). Without a terminal, write the file by hand: columns (header in the file: field, or ignore), join, values, constants, defaults, rows, options and dialect; see docs/guides/en/map-files.md.",
      "形式にないヘッダーごとに、どの項目かを質問します。出力先が既存の対応表なら、それに書かれていないことだけを質問して書き足します(--overwrite なら最初から質問)。ターミナルで実行できない場合は手で書いてください: columns(元のヘッダー: 項目、または ignore)、join、values、constants、defaults、rows、options、dialect。docs/guides/ja/map-files.md も参照してください。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("file to create a map for", "対応表を作る CSV ファイル") },
  },
  options: {
    as: FORMAT_OPTION,
    encoding: INPUT_ENCODING_OPTION,
    sheet: SHEET_OPTION,
    output: { ...OUTPUT_FILE_OPTION, isPublic: true },
  },
  examples: [{ line: "clomoctl csv map people.csv --as users -o people-map.yaml" }],
  exits: ["usage", "input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { file: name, as, encoding: asked, sheet, output }) {
    const { terminal, globals } = tools;
    tools.describeState(() => text("no column map file was written", "対応表ファイルは書き出していません"));
    await using file = await openInput(tools, name);
    const { signal } = tools;
    if (!terminal.interactive) throw createNotInteractiveFailure();
    const isContinued = !globals.overwrite && (await tools.outputs.exists(output));
    const before = isContinued ? await loadColumnMap(tools, as, { option: output }) : undefined;
    if (before !== undefined && (await hasComments(tools, output))) {
      const message = text(
        `${output} is continued, but loses its comments. Continue?`,
        `${output} に書き足すと、コメントが失われます。続けますか?`,
      );
      if (!(await terminal.prompts.confirm({ message, flag: "--overwrite" }))) return;
    }
    const again: RetypedCommand = (chosen) => buildCsvCommand("map", name, { as, ...chosen, output });
    const reading = await examineFile(tools, file, {
      encoding: asked,
      sheet: sheet ?? before?.options?.sheet,
      headerRow: before?.options?.headerRow,
      map: before,
      newline: "auto",
      format: as,
      again,
    });
    const surveyed = await surveyFile(file, reading, signal);
    const { map, newFields } = await askColumns(terminal.prompts, surveyed, FORMATS[as], { map: before });
    const { dialect } = reading;
    const orgBy = map.joins?.some(({ field }) =>
      FORMATS[as].columns.some((one) => one.field === field && namesOrg(one)),
    );
    const options = orgBy === true ? { ...map.options, orgBy: "path" as const } : map.options;
    const content = renderMapFile({ ...map, dialect, options }, FORMATS[as]);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(content);
    }
    await writeOutput(tools, output, bytes(), { held: false });
    if (output === "-") return;
    if (newFields.length > 0) await terminal.note(describeNewFields(newFields));
    const needs = await scanForRemedies(file, reading, { kind: as, map, today: toListDay(tools.clock.now()), signal });
    const command = buildImportCommand(
      { kind: as, file: name, options: { map: output, sheet, encoding: asked } },
      // only the import knows which organisations are new
      needs.withoutOrgs(),
    );
    // this command does not open a tenant, so the terminal does not add --context to the proposed command
    const next = globals.context === undefined ? command : command.with("--context", globals.context);
    const { en, ja } = describeCreation(needs);
    await terminal.note(
      text(`wrote ${output}; next: ${next}${en}`, `${output} を書き出しました。次の操作: ${next}${ja}`),
    );
  },
});

/** Returns the commands that add the custom fields to which the map refers. */
const describeNewFields = (names: readonly string[]): Text => {
  const commands = names.map((name) => line("users fields add", [name])).join("; ");
  return text(
    `first add the custom fields: ${commands}`,
    `先にカスタムユーザー情報の項目を追加してください: ${commands}`,
  );
};

/** Describes what the proposed command would create if the tenant lacks it. */
function describeCreation({ createGroups }: Remedy): Text {
  if (!createGroups) return same("");
  return text(
    " (this command lists the groups to create before it asks for confirmation)",
    "(新しく作るグループは、確認の前に表示します)",
  );
}

const createNotInteractiveFailure = (): Failure =>
  new Failure("usage", {
    what: text(
      "cannot ask which field each header stands for (no terminal, or --no-input)",
      "どのヘッダーがどの項目か質問できません(ターミナルがないか、--no-input が指定されています)",
    ),
    where: commandName("csv map"),
    hint: text(
      "write a YAML file by hand: columns: {Header in the file: header of the format, Other header: ignore}",
      "YAML ファイルを手で書いてください: columns: {元のヘッダー: 形式のヘッダー, 別のヘッダー: ignore}",
    ),
  });

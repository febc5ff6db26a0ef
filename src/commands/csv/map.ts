import { commandName } from "../../lib/advice/index.ts";
import { listColumns, type Column, type Format } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { suggestColumnName } from "../../lib/csv/layout/columns.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Choice, Prompts } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { quoteShellWord } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import { quoteYamlString } from "../../lib/text/yaml-text.ts";
import { detectReading } from "../imports/plan/reading.ts";
import { examineFile } from "../imports/plan/send.ts";
import { buildCsvCommand, buildImportCommand } from "../imports/refusal/command.ts";
import type { Remedy } from "../imports/refusal/remedies.ts";
import { scanForRemedies } from "../imports/refusal/scan.ts";
import { detectEncoding, readHead, INPUT_ENCODING_OPTION } from "./file/encoding.ts";
import { FORMAT_OPTION } from "./file/format.ts";
import { inspectFile } from "./file/inspect-file.ts";
import { OUTPUT_FILE_OPTION, writeOutput } from "./file/output.ts";
import { isWorkbook, SHEET_OPTION } from "./file/sheet.ts";

/** A header of another program's file, and the header of our format that it maps to; null if its column is ignored. */
interface MappedHeader {
  readonly header: string;
  readonly to: string | null;
}

/** Returns the text of a `--map` file. */
export function renderMapFile(columns: readonly MappedHeader[], delimiter: string): string {
  const lines = columns.map(
    ({ header, to }) => `  ${quoteYamlString(header)}: ${to === null ? "ignore" : quoteYamlString(to)}`,
  );
  const dialect = delimiter === "," ? [] : ["dialect:", `  delimiter: ${quoteYamlString(delimiter)}`];
  return [columns.length === 0 ? "columns: {}" : "columns:", ...lines, ...dialect, ""].join("\n");
}

export default defineCommand({
  summary: text("create a --map file by answering questions", "質問に答えて対応表ファイル(--map 用)の雛形を作る"),
  details: [
    text(
      "Asks which field each unknown header stands for. Without a terminal, write the file by hand: columns (header in the file: field, or ignore), constants and defaults (field: value), dialect; see docs/guides/en/map-files.md.",
      "形式にないヘッダーごとに、どの項目かを質問します。ターミナルで実行できない場合は手で書いてください: columns(元のヘッダー: 項目、または ignore)、constants と defaults(項目: 値)、dialect。docs/guides/ja/map-files.md も参照してください。",
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
    const encoding = isWorkbook(await readHead(file)) ? asked : await detectEncoding(file, asked, { signal });
    if (!terminal.interactive) throw createNotInteractiveFailure();
    const again = (chosen: string): string => buildCsvCommand("map", name, { as, sheet: chosen, output });
    await examineFile(tools, file, { encoding: asked, sheet, newline: "auto", format: as, again });
    const { header, delimiter } = await inspectFile(file, { encoding, sheet, signal });
    const format = FORMATS[as];
    const columns = await askUnknownHeaders(terminal.prompts, header, format);
    const content = renderMapFile(columns, delimiter ?? ",");
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(content);
    }
    await writeOutput(tools, output, bytes(), { held: false });
    if (output === "-") return;
    const { parseMapFile } = await import("../../lib/csv/layout/map-parse.ts");
    const map = parseMapFile(content, format, output);
    const reading = await detectReading(file, { encoding: asked, sheet, map, signal });
    const needs = await scanForRemedies(file, reading, { kind: as, map, signal });
    const command = buildImportCommand(
      { kind: as, file: name, options: { map: output, sheet, encoding: asked } },
      needs,
    );
    // this command does not open a tenant, so the terminal does not add --context to the proposed command
    const next = globals.context === undefined ? command : `${command} --context ${quoteShellWord(globals.context)}`;
    const { en, ja } = describeCreation(needs);
    await terminal.note(
      text(`wrote ${output}; next: ${next}${en}`, `${output} を書き出しました。次の操作: ${next}${ja}`),
    );
  },
});

/** Describes what the proposed command would create if the tenant lacks it. */
function describeCreation({ createOrgs, createGroups }: Remedy): Text {
  if (createOrgs) {
    return text(
      " (lists the organisations to create before it asks for confirmation)",
      "(新しく作る組織は、確認の前に表示します)",
    );
  }
  if (!createGroups) return same("");
  return text(
    " (lists the groups to create before it asks for confirmation)",
    "(新しく作るグループは、確認の前に表示します)",
  );
}

const createNotInteractiveFailure = (): Failure =>
  new Failure("usage", {
    what: text(
      "cannot ask which field each header stands for (no terminal, or --no-input)",
      "どのヘッダーがどの項目か質問できません(ターミナルでないか、--no-input です)",
    ),
    where: commandName("csv map"),
    hint: text(
      "write a YAML file by hand: columns: {Header in the file: header of the format, Other header: ignore}",
      "YAML ファイルを手で書いてください: columns: {元のヘッダー: 形式のヘッダー, 別のヘッダー: ignore}",
    ),
  });

/** Asks about every header that the format does not have. Known headers do not need a line in the map. */
async function askUnknownHeaders(
  prompts: Prompts,
  header: readonly string[],
  format: Format,
): Promise<readonly MappedHeader[]> {
  const positions = readHeader(header, format).layout.columns.flatMap((column) => column.positions);
  const known = new Set(positions.map((position) => header[position]));
  const columns = listColumns(format);
  const taken = new Set(known);
  const mapped: MappedHeader[] = [];
  for (const theirs of header) {
    if (known.has(theirs) || theirs === "" || mapped.some((entry) => entry.header === theirs)) continue;
    const to = await askHeader(
      prompts,
      theirs,
      columns.filter(({ header: ours, repeated }) => repeated === true || !taken.has(ours)),
    );
    if (to !== null) taken.add(to);
    mapped.push({ header: theirs, to });
  }
  return mapped;
}

const IGNORE_CHOICE: Choice<string | null> = {
  value: null,
  name: text("none: ignore this column", "なし(この列は読み込まない)"),
};

/** Asks which header of the format a header stands for. Offers the most similar header first. */
async function askHeader(prompts: Prompts, theirs: string, free: readonly Column[]): Promise<string | null> {
  const nearest = suggestColumnName(free, theirs);
  const isNear = ({ header, field }: Column): boolean => header === nearest || field === nearest;
  const sorted = [...free.filter(isNear), IGNORE_CHOICE, ...free.filter((column) => !isNear(column))];
  const choices = sorted.map((choice) =>
    "header" in choice ? { value: choice.header, name: same(choice.header) } : choice,
  );
  const message: Text = text(`Which field does "${theirs}" stand for?`, `「${theirs}」はどの項目ですか?`);
  return prompts.select<string | null>({ message, flag: "--map", choices });
}

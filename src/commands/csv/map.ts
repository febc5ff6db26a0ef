import { commandName } from "../../lib/advice/index.ts";
import { columnsOf, type Column, type Format } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { nearestName } from "../../lib/csv/layout/columns.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Choice, Prompts } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { openInput } from "../../lib/files/index.ts";
import { yamlQuoted } from "../../lib/text/yaml-text.ts";
import { detectReading } from "../imports/plan/reading.ts";
import { examineFile } from "../imports/plan/send.ts";
import { csvCommand, importCommand } from "../imports/refusal/command.ts";
import type { Remedy } from "../imports/refusal/remedies.ts";
import { scanForRemedies } from "../imports/refusal/scan.ts";
import { encodingOf, headOf, INPUT_ENCODING } from "./file/encoding.ts";
import { FORMAT } from "./file/format.ts";
import { inspectFile } from "./file/inspect-file.ts";
import { OUTPUT, writeOutput } from "./file/output.ts";
import { isWorkbook, SHEET } from "./file/sheet.ts";

/** A header of another program's file, and our header for it; null: its column is not read. */
interface MappedHeader {
  readonly header: string;
  readonly to: string | null;
}

/** The text of a `--map` file. */
export function mapFileText(columns: readonly MappedHeader[], delimiter: string): string {
  const lines = columns.map(({ header, to }) => `  ${yamlQuoted(header)}: ${to === null ? "ignore" : yamlQuoted(to)}`);
  const dialect = delimiter === "," ? [] : ["dialect:", `  delimiter: ${yamlQuoted(delimiter)}`];
  return [columns.length === 0 ? "columns: {}" : "columns:", ...lines, ...dialect, ""].join("\n");
}

export default defineCommand({
  summary: text("create a --map file by answering questions", "質問に答えて対応表ファイル(--map 用)の雛形を作る"),
  details: [
    text(
      "Asks which field each unknown header stands for. Without a terminal, write the file by hand: columns (their header: field, or ignore), constants and defaults (field: value), dialect; see docs/guides/en/map-files.md.",
      "形式にないヘッダーごとに、どの項目かを質問します。ターミナルで実行できない場合は手で書いてください: columns(元のヘッダー: 項目、または ignore)、constants と defaults(項目: 値)、dialect。docs/guides/ja/map-files.md も参照してください。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("the file to map", "対応表を作る CSV ファイル") },
  },
  options: {
    as: FORMAT,
    encoding: INPUT_ENCODING,
    sheet: SHEET,
    output: { ...OUTPUT, isPublic: true },
  },
  examples: [{ line: "clomoctl csv map people.csv --as users -o people-map.yaml" }],
  exits: ["usage", "input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { file: name, as, encoding: asked, sheet, output }) {
    const { terminal, globals } = tools;
    tools.describeState(() => text("no map file was written", "対応表ファイルは書き出していません"));
    await using file = await openInput(tools, name);
    const { signal } = tools;
    const encoding = isWorkbook(await headOf(file)) ? asked : await encodingOf(file, asked, { signal });
    if (!terminal.interactive) throw notInteractive();
    const again = (chosen: string): string => csvCommand("map", name, { as, sheet: chosen, output });
    await examineFile(tools, file, { encoding: asked, sheet, newline: "auto", format: as, again });
    const { header, delimiter } = await inspectFile(file, { encoding, sheet, signal });
    const format = FORMATS[as];
    const columns = await askAll(terminal.prompts, header, format);
    const content = mapFileText(columns, delimiter ?? ",");
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(content);
    }
    await writeOutput(tools, output, bytes(), { held: false });
    if (output === "-") return;
    const { parseMapFile } = await import("../../lib/csv/layout/map-parse.ts");
    const map = parseMapFile(content, format, output);
    const reading = await detectReading(file, { encoding: asked, sheet, map, signal });
    const needs = await scanForRemedies(file, reading, { kind: as, map, signal });
    const command = importCommand({ kind: as, file: name, options: { map: output, sheet, encoding: asked } }, needs);
    // nothing here needs the tenant, so the terminal does not know which one is meant
    const next = globals.context === undefined ? command : `${command} --context ${shownWord(globals.context)}`;
    const { en, ja } = aboutCreation(needs);
    await terminal.note(
      text(`written: ${output}; next: ${next}${en}`, `${output} を書き出しました。次の操作: ${next}${ja}`),
    );
  },
});

/** What the proposed command would make, if the tenant lacks it. */
function aboutCreation({ createOrgs, createGroups }: Remedy): Text {
  if (createOrgs) {
    return text(
      " (it names the organisations that it would create before it asks)",
      "(新しく作る組織は、確認の前に表示します)",
    );
  }
  if (!createGroups) return same("");
  return text(
    " (it names the groups that it would create before it asks)",
    "(新しく作るグループは、確認の前に表示します)",
  );
}

const notInteractive = (): Failure =>
  new Failure("usage", {
    what: text(
      "cannot ask which header is which field (no terminal, or --no-input)",
      "どのヘッダーがどの項目か質問できません(ターミナルでないか、--no-input です)",
    ),
    where: commandName("csv map"),
    hint: text(
      "write a YAML file by hand: columns: {Their header: our header, Other header: ignore}",
      "YAML ファイルを手で書いてください: columns: {相手のヘッダー: こちらのヘッダー, 別のヘッダー: ignore}",
    ),
  });

/** Asks about every header that the format does not have; a known one needs no line in the map. */
async function askAll(prompts: Prompts, header: readonly string[], format: Format): Promise<readonly MappedHeader[]> {
  const positions = readHeader(header, format).layout.columns.flatMap((column) => column.positions);
  const known = new Set(positions.map((position) => header[position]));
  const columns = columnsOf(format);
  const taken = new Set(known);
  const mapped: MappedHeader[] = [];
  for (const theirs of header) {
    if (known.has(theirs) || theirs === "" || mapped.some((entry) => entry.header === theirs)) continue;
    const to = await askOne(
      prompts,
      theirs,
      columns.filter(({ header: ours, repeated }) => repeated === true || !taken.has(ours)),
    );
    if (to !== null) taken.add(to);
    mapped.push({ header: theirs, to });
  }
  return mapped;
}

const IGNORE: Choice<string | null> = {
  value: null,
  name: text("none: ignore this column", "なし(この列は読み込まない)"),
};

/** Asks about one header; the nearest of ours is offered first. */
async function askOne(prompts: Prompts, theirs: string, free: readonly Column[]): Promise<string | null> {
  const nearest = nearestName(free, theirs);
  const isNear = ({ header, field }: Column): boolean => header === nearest || field === nearest;
  const sorted = [...free.filter(isNear), IGNORE, ...free.filter((column) => !isNear(column))];
  const choices = sorted.map((choice) =>
    "header" in choice ? { value: choice.header, name: same(choice.header) } : choice,
  );
  const message: Text = text(`Which field is ${theirs}?`, `「${theirs}」はどの項目ですか?`);
  return prompts.select<string | null>({ message, flag: "--map", choices });
}

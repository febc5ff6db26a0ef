import type { FormatName } from "../../../lib/model/console-files.ts";
import type { CustomField } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { headersFor } from "../../../lib/csv/layout/map.ts";
import { CONSOLE_DIALECT } from "../../../lib/csv/records/record.ts";
import { formatRecordAs } from "../../../lib/csv/layout/relabel.ts";
import { NEWLINES } from "../../../lib/csv/records/writer.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import type { Fields, InputOf } from "../../field.ts";
import { isWorkbookName, tableBytes } from "../../imports/outputs/table-file.ts";
import type { Tools } from "../../tools.ts";
import { loadColumnMap, MAP } from "./column-map.ts";
import { writeEncoded } from "./encoded.ts";
import { FORM_OPTIONS, chooseOutputForm, refuseForWorkbook } from "./form.ts";
import { OUTPUT, writeOutput } from "./output.ts";

/** The options of every template. */
export const TEMPLATE_OPTIONS = {
  output: { ...OUTPUT, isPublic: true, workbook: true },
  ...FORM_OPTIONS,
  map: MAP,
} as const satisfies Fields;

/** Help shared by all templates. */
export const TEMPLATE_DETAILS = [
  text(
    "A header row, ready to be filled in and imported.",
    "ヘッダー行だけのファイルです。記入してインポートできます。",
  ),
];

/** Help shared by the templates of formats that may have a repeatable column. */
export const REPEATABLE_DETAILS = [
  ...TEMPLATE_DETAILS,
  text(
    "A repeatable column appears once; repeat it as needed.",
    "繰り返せる列は 1 回だけ出力されるので、必要なだけ増やせます。",
  ),
];

/** The source of a template. */
export interface TemplateSource {
  readonly format: FormatName;
  readonly language: Language;
  /** its map applies; undefined without a tenant */
  readonly context?: Context | undefined;
  readonly customFields?: readonly CustomField[] | undefined;
}

/** Writes the header row of a format. */
export async function writeTemplate(
  tools: Tools,
  options: InputOf<typeof TEMPLATE_OPTIONS>,
  { format, language, context, customFields = [] }: TemplateSource,
): Promise<void> {
  tools.describeState(() => text("no file was written", "ファイルは書き出していません"));
  const { output, encoding, bom } = options;
  refuseForWorkbook(output, { "--encoding": encoding !== undefined, "--bom": bom });
  const map = await loadColumnMap(tools, format, {
    option: options.map,
    context,
  });
  const headers = headersFor(FORMATS[format], map, customFields).flatMap((column) => column.headers);
  const once = async function* <T>(value: T): AsyncGenerator<T> {
    tools.signal.throwIfAborted();
    yield value;
  };
  if (isWorkbookName(output)) {
    await writeOutput(tools, output, tableBytes(output, once([headers])), { held: false });
  } else {
    const dialect = map?.dialect ?? CONSOLE_DIALECT;
    const form = await chooseOutputForm(tools, options, language);
    const row = Buffer.from(formatRecordAs(dialect, headers, NEWLINES[options.newline]));
    await writeEncoded(tools, output, form, { open: async () => once(row), dialect });
  }
  const { unconfirmed } = FORMATS[format].thing;
  if (unconfirmed !== undefined && map === undefined) await tools.terminal.note(unconfirmed);
}

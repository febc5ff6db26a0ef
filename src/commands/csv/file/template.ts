import type { FormatName } from "../../../lib/model/console-files.ts";
import type { CustomField } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { buildOutputColumns } from "../../../lib/csv/layout/map.ts";
import { CONSOLE_DIALECT } from "../../../lib/csv/records/record.ts";
import { formatRecordInDialect } from "../../../lib/csv/layout/relabel.ts";
import { NEWLINES } from "../../../lib/csv/records/writer.ts";
import { type Language } from "../../../lib/text/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import type { Fields, InputOf } from "../../field.ts";
import { isWorkbookName, encodeTable } from "../../imports/outputs/table-file.ts";
import type { Tools } from "../../tools.ts";
import { loadColumnMap, MAP_OPTION } from "./column-map.ts";
import { writeEncoded } from "./encoded.ts";
import { TEXT_FORMAT_OPTIONS, chooseTextFormat, rejectTextOptions } from "./form.ts";
import { OUTPUT_FILE_OPTION, writeOutput } from "./output.ts";

export const TEMPLATE_OPTIONS = {
  output: { ...OUTPUT_FILE_OPTION, isPublic: true, workbook: true },
  ...TEXT_FORMAT_OPTIONS,
  map: MAP_OPTION,
} as const satisfies Fields;

export interface TemplateSource {
  readonly format: FormatName;
  readonly language: Language;
  /** context whose map applies; undefined without a tenant */
  readonly context?: Context | undefined;
  readonly customFields?: readonly CustomField[] | undefined;
}

export async function writeTemplate(
  tools: Tools,
  options: InputOf<typeof TEMPLATE_OPTIONS>,
  { format, language, context, customFields = [] }: TemplateSource,
): Promise<void> {
  const { output, encoding, bom } = options;
  rejectTextOptions(output, { "--encoding": encoding !== undefined, "--bom": bom });
  const map = await loadColumnMap(tools, format, {
    option: options.map,
    context,
  });
  const headers = buildOutputColumns(FORMATS[format], map, customFields).flatMap((column) => column.headers);
  const once = async function* <T>(value: T): AsyncGenerator<T> {
    tools.signal.throwIfAborted();
    yield value;
  };
  if (isWorkbookName(output)) {
    await writeOutput(tools, output, encodeTable(output, once([headers])), { held: false });
  } else {
    const dialect = map?.dialect ?? CONSOLE_DIALECT;
    const form = await chooseTextFormat(tools, options, language);
    const row = Buffer.from(formatRecordInDialect(dialect, headers, NEWLINES[options.newline]));
    await writeEncoded(tools, output, form, { open: async () => once(row), dialect });
  }
  const { unconfirmed } = FORMATS[format].thing;
  if (unconfirmed !== undefined && map === undefined) await tools.terminal.note(unconfirmed);
}

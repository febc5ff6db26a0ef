import type { Client } from "../../../lib/client/index.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";
import { streamUntilAborted } from "./abortable-stream.ts";
import { writeEncoded } from "./write-encoded.ts";
import {
  chooseTextFormat,
  getAccountLanguage,
  type EXPORT_OPTIONS,
  rejectTextOption,
  type TEMPLATE_OPTIONS,
} from "./text-format.ts";
import type { FormatName } from "../../../lib/nouns/index.ts";
import { listColumns, type CustomField } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { formatRecord, NEWLINES } from "../../../lib/csv/records/record.ts";
import { isWorkbookName, encodeTable } from "./table-file.ts";
import { writeOutput } from "./outputs.ts";

export async function writeTemplate(
  tools: Tools,
  options: InputOf<typeof TEMPLATE_OPTIONS>,
  format: FormatName,
  { language, customFields }: { readonly language: Language; readonly customFields: readonly CustomField[] },
): Promise<void> {
  const { output, encoding } = options;
  rejectTextOption(output, encoding);
  const headers = listColumns(FORMATS[format], customFields).map(({ header }) => header);
  const once = async function* <T>(value: T): AsyncGenerator<T> {
    tools.signal.throwIfAborted();
    yield value;
  };
  if (isWorkbookName(output)) {
    await writeOutput(tools, output, encodeTable(output, once([headers])), { held: false });
  } else {
    const form = chooseTextFormat(tools, options, language);
    const row = Buffer.from(formatRecord(headers, NEWLINES[options.newline]));
    await writeEncoded(tools, output, form, async () => once(row));
  }
  const { unconfirmed } = FORMATS[format].thing;
  if (unconfirmed !== undefined) await tools.terminal.note(unconfirmed);
}

export async function runExport(
  tools: Tools,
  options: InputOf<typeof EXPORT_OPTIONS>,
  open: Client["orgs"]["export"],
): Promise<void> {
  const tenant = await tools.tenant();
  const form = chooseTextFormat(tools, options, getAccountLanguage(tenant));
  const { newline, filterName, filterId } = options;
  const content = async (): Promise<AsyncIterable<Uint8Array>> =>
    streamUntilAborted(await open({ newline, filterName, filterId }), tools.signal);
  await tools.terminal.progress.during({ id: "export", name: text("Exporting", "エクスポート") }, () =>
    writeEncoded(tools, options.output, form, content),
  );
}

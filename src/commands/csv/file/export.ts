import type { Client } from "../../../lib/client/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { relabel } from "../../../lib/csv/layout/relabel.ts";
import { BYTES } from "../../../lib/terminal/index.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { Fields, InputOf } from "../../field.ts";
import { FILTERS } from "../../listing/list.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";
import { watched } from "./watched.ts";
import { customFieldsOf, loadColumnMap, MAP } from "./column-map.ts";
import { writeEncoded } from "./encoded.ts";
import { FORM_OPTIONS, ON_UNMAPPABLE, chooseOutputForm } from "./form.ts";
import { OUTPUT } from "./output.ts";

/** The options of every export. */
export const EXPORT_OPTIONS = {
  output: {
    ...OUTPUT,
    workbook: text(
      "an export is CSV, for the console: name the file .csv; list --format xlsx -o FILE writes a workbook",
      "エクスポートは管理画面用の CSV です。ファイル名を .csv にしてください。ブックにするには list --format xlsx -o FILE を使います",
    ),
  },
  ...FORM_OPTIONS,
  ...FILTERS,
  map: MAP,
  onUnmappable: ON_UNMAPPABLE,
} as const satisfies Fields;

/** Help shared by all exports. */
export const EXPORT_DETAILS = [
  text(
    "A character that the encoding cannot hold is an error that names its row, column and code point; no file is left behind.",
    "文字コードで表せない文字があると、行・列・文字を示してエラーになります。ファイルは残りません。",
  ),
];

/** The language of the CLOMO account. */
export const accountLanguage = ({ context }: Pick<ChosenTenant, "context">): Language =>
  context.kind === "embedded" ? context.language : "ja";

/** What to export, and how to request it from the tenant. */
export interface ExportSource {
  readonly format: FormatName;
  readonly open: Client["orgs"]["export"];
}

/**
 * Writes the tenant's export to a file: in the chosen encoding, under the headers of the map.
 *
 * @throws `input-rejected` when a character is unmappable
 */
export async function runExport(
  tools: Tools,
  options: InputOf<typeof EXPORT_OPTIONS>,
  { format, open }: ExportSource,
): Promise<void> {
  tools.describeState(() => text("no file was written", "ファイルは書き出していません"));
  const tenant = await tools.tenant();
  const form = await chooseOutputForm(tools, options, accountLanguage(tenant));
  const map = await loadColumnMap(tools, format, {
    option: options.map,
    context: tenant.context,
    customFields: () => customFieldsOf(tools),
  });
  const { newline, filterName, filterId } = options;
  const customFields = map !== undefined && FORMATS[format].custom ? await customFieldsOf(tools) : [];
  const step = tools.terminal.progress.start({ id: "export", name: text("Exporting", "エクスポート"), unit: BYTES });
  const content = async (): Promise<AsyncIterable<Uint8Array>> => {
    const exported = await open({ newline, filterName, filterId });
    const source = watched(exported, tools.signal, (bytes) => step.advance(bytes));
    return map === undefined ? source : relabel(source, { format: FORMATS[format], customFields, map, newline });
  };
  await writeEncoded(tools, options.output, form, { open: content, dialect: map?.dialect });
  step.finish();
}

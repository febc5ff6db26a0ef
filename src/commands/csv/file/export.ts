import type { Client } from "../../../lib/client/index.ts";
import { BYTE_UNIT } from "../../../lib/terminal/index.ts";
import { text, type Language } from "../../../lib/text/index.ts";
import type { Fields, InputOf } from "../../field.ts";
import { FILTER_OPTIONS } from "../../listing/list.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";
import { streamUntilAborted } from "./watched.ts";
import { writeEncoded } from "./encoded.ts";
import { TEXT_FORMAT_OPTIONS, ON_UNMAPPABLE_OPTION, chooseTextFormat } from "./form.ts";
import { OUTPUT_FILE_OPTION } from "./output.ts";

export const EXPORT_OPTIONS = {
  output: {
    ...OUTPUT_FILE_OPTION,
    workbook: text(
      "exports are CSV files for the console; use a file name that ends in .csv, or write a workbook with list --format xlsx -o FILE",
      "エクスポートは管理画面用の CSV です。ファイル名の末尾を .csv にするか、list --format xlsx -o FILE でブックに書き出してください",
    ),
  },
  ...TEXT_FORMAT_OPTIONS,
  ...FILTER_OPTIONS,
  onUnmappable: ON_UNMAPPABLE_OPTION,
} as const satisfies Fields;

export const getAccountLanguage = ({ context }: Pick<ChosenTenant, "context">): Language =>
  context.kind === "embedded" ? context.language : "ja";

export async function runExport(
  tools: Tools,
  options: InputOf<typeof EXPORT_OPTIONS>,
  open: Client["orgs"]["export"],
): Promise<void> {
  const tenant = await tools.tenant();
  const form = await chooseTextFormat(tools, options, getAccountLanguage(tenant));
  const { newline, filterName, filterId } = options;
  const step = tools.terminal.progress.start({
    id: "export",
    name: text("Exporting", "エクスポート"),
    unit: BYTE_UNIT,
  });
  const content = async (): Promise<AsyncIterable<Uint8Array>> => {
    const exported = await open({ newline, filterName, filterId });
    return streamUntilAborted(exported, tools.signal, (bytes) => step.advance(bytes));
  };
  await writeEncoded(tools, options.output, form, content);
  step.finish();
}

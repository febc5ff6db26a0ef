import type { Client } from "../../../lib/client/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";
import { streamUntilAborted } from "./abortable-stream.ts";
import { writeEncoded } from "./write-encoded.ts";
import { chooseTextFormat, getAccountLanguage, type EXPORT_OPTIONS } from "./text-format.ts";

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

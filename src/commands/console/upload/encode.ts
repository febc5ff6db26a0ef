import type { Import } from "../../../lib/client/index.ts";
import { createEncoder, findUnmappable } from "../../../lib/csv/encoding/encode.ts";
import { ENCODINGS, type Encoding } from "../../../lib/csv/records/record.ts";
import { formatRecord } from "../../../lib/csv/records/writer.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { text } from "../../../lib/text/index.ts";
import {
  MAX_LISTED_CHARACTERS,
  noteReplacedCharacters,
  throwUnmappable,
  type LocatedCharacter,
} from "../../csv/file/write-encoded.ts";
import type { Tools } from "../../tools.ts";

export async function getUploadEncoding(
  tools: Tools,
  kind: Import["kind"],
  last: Import | undefined,
): Promise<Encoding> {
  const { context } = await tools.tenant("imports");
  const exported = ENCODINGS.find((one) => FORMATS[kind].app === undefined && one === last?.encoding);
  return exported ?? (context.kind === "embedded" && context.language === "en" ? "utf-8" : "shift_jis");
}

export interface NamedCell {
  readonly row: number;
  readonly header: string;
  readonly value: string;
}

/** @throws `input-rejected` with the position of each character that the encoding lacks */
export async function refuseUnmappable(
  tools: Tools,
  name: string,
  { encoding, cells }: { readonly encoding: Encoding; readonly cells: AsyncIterable<NamedCell> },
): Promise<void> {
  const placed: LocatedCharacter[] = [];
  let total = 0;
  for await (const { row, header, value } of cells) {
    const codePoint = findUnmappable(encoding, value);
    if (codePoint !== undefined && ++total <= MAX_LISTED_CHARACTERS) placed.push({ row, column: header, codePoint });
  }
  if (total === 0) return;
  await throwUnmappable(tools, {
    name,
    encoding,
    placed,
    total,
    hint: text(
      "write other characters in the list (for example 〓), or, for CLOMO PANEL, first import an export in UTF-8: the upload file then is in UTF-8",
      "一覧の文字を別の文字(〓 など)に直すか、CLOMO PANEL なら UTF-8 のエクスポートを先に取り込んでください(アップロード用も UTF-8 になります)",
    ),
  });
}

export async function writeUploadFile(
  tools: Tools,
  path: string,
  { encoding, table }: { readonly encoding: Encoding; readonly table: readonly (readonly string[])[] },
): Promise<void> {
  const encoder = createEncoder(encoding, { onUnmappable: "error" });
  await tools.outputs.write(path, async (writer) => {
    await writer.write(encoder.write(table.map((row) => formatRecord(row, "\r\n")).join("")));
    await writer.write(encoder.end());
  });
  await noteReplacedCharacters(tools, encoder);
}

import { isUtf8 } from "node:buffer";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

const LINE_FEED = 0x0a;

/** @throws `input-rejected` at `FILE:LINE` of the first bytes that are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  throw new Failure("input-rejected", {
    what: text("not UTF-8 text", "UTF-8 のテキストではありません"),
    where: `${where}:${findFirstInvalidLine(bytes)}`,
    hint: text("save the file as UTF-8", "ファイルを UTF-8 で保存してください"),
  });
}

function findFirstInvalidLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

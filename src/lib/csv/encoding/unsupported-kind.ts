import { isUtf8 } from "node:buffer";
import { hasByteOrderMark, ENCODINGS, type Encoding } from "../records/record.ts";
import { countUnfinishedBytes } from "./decode-sequence.ts";

export type UnsupportedKind = "pdf" | "html" | "binary" | "utf-16le" | "utf-16be" | "utf-32" | "euc-jp" | "iso-2022-jp";

const toLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** First bytes of ZIP archives (such as .xlsx) and of older Office files. No text file begins with these bytes. */
const WORKBOOK_SIGNATURES = ["PK\u0003\u0004", "\u00d0\u00cf\u0011\u00e0"];

/** Returns true for old and damaged workbooks, too. Call this function before {@link detectUnsupportedKind}. */
export const isWorkbook = (head: Uint8Array): boolean => WORKBOOK_SIGNATURES.includes(toLatin1(head.subarray(0, 4)));

function detectSignature(start: string): UnsupportedKind | undefined {
  if (start.startsWith("%PDF-")) return "pdf";
  if (/^(?:\u001f\u008b|\u0089PNG|\u00ff\u00d8\u00ff|\u007fELF|MZ|7z\u00bc)/.test(start) && /[\0-\u0008]/.test(start))
    return "binary";
  if (/^(?:\u00ff\u00fe\0\0|\0\0\u00fe\u00ff)/.test(start)) return "utf-32";
  return /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|head|body|table|script|meta|\?xml|!--)/i.test(start)
    ? "html"
    : undefined;
}

const MIN_NUL_SHARE = 0.02;
const MAX_CONTROL_SHARE = 0.05;
const MIN_CONTROL_CHARACTERS = 8;

function detectWideEncoding(start: string): UnsupportedKind | undefined {
  const nuls: [number, number, number, number] = [0, 0, 0, 0];
  for (let at = start.indexOf("\0"); at >= 0; at = start.indexOf("\0", at + 1)) nuls[at % 4] = (nuls[at % 4] ?? 0) + 1;
  const [a, b, c, d] = nuls;
  const all = a + b + c + d;
  if (all < Math.max(MIN_CONTROL_CHARACTERS, start.length * MIN_NUL_SHARE)) return undefined;
  const characters = Math.floor(start.length / 4);
  if (Math.min(a, b) >= characters || Math.min(c, d) >= characters) return "utf-32";
  if (b + d > all * 0.75) return "utf-16le";
  return a + c > all * 0.75 ? "utf-16be" : undefined;
}

function isBinary(start: string): boolean {
  const controls = start.match(/[\0-\u0008\u000e-\u0019\u001c-\u001f]/g)?.length ?? 0;
  return controls > Math.max(MIN_CONTROL_CHARACTERS, start.length * MAX_CONTROL_SHARE);
}

const EUC_CHARACTERS = /[\u00a1-\u00fe]{2}|\u008e[\u00a1-\u00df]|\u008f[\u00a1-\u00fe]{2}/g;
const COMMON_EUC_CHARACTER = /^[\u00a1-\u00a5\u00b0-\u00cf]/;
const MIN_EUC_CHARACTERS = 8;

/** In EUC-JP, all characters are complete and most are common, unlike half-width kana in CP932. */
function isEucJp(start: string): boolean {
  const rest = start.replace(EUC_CHARACTERS, "");
  if (/[\u0080-\u00ff]./s.test(rest) || !/[\u00e0-\u00fe]/.test(start)) return false;
  const pairs = start.match(EUC_CHARACTERS) ?? [];
  const common = pairs.filter((pair) => COMMON_EUC_CHARACTER.test(pair)).length;
  return pairs.length >= MIN_EUC_CHARACTERS && common >= pairs.length * 0.75;
}

/** @param named true if the user specified the encoding; then only file signatures are checked */
export function detectUnsupportedKind(head: Uint8Array, named: boolean): UnsupportedKind | undefined {
  const start = toLatin1(head);
  const signature = detectSignature(start);
  if (signature !== undefined || named) return signature;
  if (ENCODINGS.some((encoding: Encoding) => hasByteOrderMark(head, encoding))) return undefined;
  const wide = detectWideEncoding(start);
  if (wide !== undefined) return wide;
  if (isBinary(start)) return "binary";
  if (/\u001b(?:\$[@B]|\([JI])/.test(start)) return "iso-2022-jp";
  const whole = head.subarray(0, head.length - countUnfinishedBytes("utf-8", head));
  return !isUtf8(whole) && isEucJp(start) ? "euc-jp" : undefined;
}

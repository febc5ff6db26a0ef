import { isUtf8 } from "node:buffer";
import { beginsWithMark, ENCODINGS, type Encoding } from "../records/record.ts";
import { unfinishedTail } from "./decode-sequence.ts";

/** What a file can be that is no workbook, and no table in one of our encodings. */
export type ForeignKind = "pdf" | "html" | "binary" | "utf-16le" | "utf-16be" | "utf-32" | "euc-jp" | "iso-2022-jp";

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** The marks of a ZIP archive, as an .xlsx workbook is, and of older Office files; no text begins so. */
const WORKBOOK_MARKS = ["PK\u0003\u0004", "\u00d0\u00cf\u0011\u00e0"];

/** Whether a file that begins so is to be read, or refused, as a workbook; asked before {@link foreignKind}. */
export const isWorkbook = (head: Uint8Array): boolean => WORKBOOK_MARKS.includes(latin1(head.subarray(0, 4)));

/** What the first bytes say, whatever the encoding. */
function signatureOf(start: string): ForeignKind | undefined {
  if (start.startsWith("%PDF-")) return "pdf";
  if (/^(?:\u001f\u008b|\u0089PNG|\u00ff\u00d8\u00ff|\u007fELF|MZ|7z\u00bc)/.test(start) && /[\0-\u0008]/.test(start))
    return "binary";
  if (/^(?:\u00ff\u00fe\0\0|\0\0\u00fe\u00ff)/.test(start)) return "utf-32";
  return /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|head|body|table|script|meta|\?xml|!--)/i.test(start)
    ? "html"
    : undefined;
}

/** Share of the bytes that are NUL in text of two bytes a character, and of controls in what is no text. */
const FEWEST_NULS = 0.02;
const MAX_CONTROLS = 0.05;
/** A few of either are damage, which is reported by its place. */
const A_FEW = 8;

/** Text without a byte order mark: UTF-16 has nearly all its NULs at odd or at even places, UTF-32 at half of them. */
function wideKindOf(start: string): ForeignKind | undefined {
  const nuls: [number, number, number, number] = [0, 0, 0, 0];
  for (let at = start.indexOf("\0"); at >= 0; at = start.indexOf("\0", at + 1)) nuls[at % 4] = (nuls[at % 4] ?? 0) + 1;
  const [a, b, c, d] = nuls;
  const all = a + b + c + d;
  if (all < Math.max(A_FEW, start.length * FEWEST_NULS)) return undefined;
  const characters = Math.floor(start.length / 4);
  if (Math.min(a, b) >= characters || Math.min(c, d) >= characters) return "utf-32";
  if (b + d > all * 0.75) return "utf-16le";
  return a + c > all * 0.75 ? "utf-16be" : undefined;
}

function isBinary(start: string): boolean {
  const controls = start.match(/[\0-\u0008\u000e-\u0019\u001c-\u001f]/g)?.length ?? 0;
  return controls > Math.max(A_FEW, start.length * MAX_CONTROLS);
}

const EUC_PAIR = /[\u00a1-\u00fe]{2}|\u008e[\u00a1-\u00df]|\u008f[\u00a1-\u00fe]{2}/g;
/** Punctuation, kana and the kanji of the first level. */
const EUC_COMMON = /^[\u00a1-\u00a5\u00b0-\u00cf]/;
const FEWEST_PAIRS = 8;

/** True of EUC-JP that is not CP932's half-width kana: every character is whole, and most are common ones. */
function isEucJp(start: string): boolean {
  const rest = start.replace(EUC_PAIR, "");
  if (/[\u0080-\u00ff]./s.test(rest) || !/[\u00e0-\u00fe]/.test(start)) return false;
  const pairs = start.match(EUC_PAIR) ?? [];
  const common = pairs.filter((pair) => EUC_COMMON.test(pair)).length;
  return pairs.length >= FEWEST_PAIRS && common >= pairs.length * 0.75;
}

/**
 * What a file that is no workbook is, if it is no table that can be read, by its first bytes; undefined if it may be one.
 *
 * @param named the encoding is known: only what has a signature of its own is recognised
 */
export function foreignKind(head: Uint8Array, named: boolean): ForeignKind | undefined {
  const start = latin1(head);
  const signature = signatureOf(start);
  if (signature !== undefined || named) return signature;
  if (ENCODINGS.some((encoding: Encoding) => beginsWithMark(head, encoding))) return undefined;
  // NULs at the end fill up the last sector of an old file
  const text = start.replace(/\u001a+\0*$/, "");
  const wide = wideKindOf(text);
  if (wide !== undefined) return wide;
  if (isBinary(text)) return "binary";
  if (/\u001b(?:\$[@B]|\([JI])/.test(text)) return "iso-2022-jp";
  const whole = head.subarray(0, head.length - unfinishedTail("utf-8", head));
  return !isUtf8(whole) && isEucJp(start) ? "euc-jp" : undefined;
}

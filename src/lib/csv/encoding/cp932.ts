/** The tables of CP932 are those of Node.js. @see https://encoding.spec.whatwg.org/#shift_jis-decoder */

export const isLeadByte = (byte: number): boolean => (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);

export const isTrailByte = (byte: number): boolean => byte >= 0x40 && byte <= 0xfc && byte !== 0x7f;

const LEAD_BYTES = Array.from({ length: 256 }, (_, byte) => byte).filter(isLeadByte);
const TRAIL_BYTES = Array.from({ length: 256 }, (_, byte) => byte).filter(isTrailByte);

let cp932ToUnicodeTable: Uint16Array | undefined;

/** Returns the UTF-16 code unit at index `lead << 8 | trail`; 0 if the two bytes are not a character. */
export const getCp932ToUnicode = (): Uint16Array => (cp932ToUnicodeTable ??= buildCp932ToUnicode());

function buildCp932ToUnicode(): Uint16Array {
  const table = new Uint16Array(0x10000);
  const pairs = LEAD_BYTES.flatMap((lead) => TRAIL_BYTES.map((trail) => [lead, trail] as const));
  const bytes = Uint8Array.from(pairs.flatMap(([lead, trail]) => [lead, trail, 0x0a]));
  const decoded = new TextDecoder("shift_jis").decode(bytes).split("\n");
  for (const [at, [lead, trail]] of pairs.entries()) {
    const character = decoded[at] ?? "";
    if (character.length === 1 && character !== "\ufffd") table[(lead << 8) | trail] = character.charCodeAt(0);
  }
  return table;
}

let unicodeToCp932Table: Uint16Array | undefined;

/** Codes by UTF-16 code unit: below 0x100 one byte, above two bytes, 0 for a character that CP932 lacks. */
export const getUnicodeToCp932 = (): Uint16Array => (unicodeToCp932Table ??= buildUnicodeToCp932());

/** Classes of lead bytes in rising priority. If a character has several codes, the code of the last class is used. */
const LEAD_BYTE_CLASSES: readonly ((lead: number) => boolean)[] = [
  (lead) => lead === 0xed || lead === 0xee,
  (lead) => lead >= 0xfa,
  (lead) => lead > 0x87 && lead < 0xf0 && lead !== 0xed && lead !== 0xee,
  (lead) => lead === 0x87,
  (lead) => lead < 0x87,
];

function buildUnicodeToCp932(): Uint16Array {
  const forward = getCp932ToUnicode();
  const table = new Uint16Array(0x10000);
  for (let byte = 0; byte < 0x80; byte++) table[byte] = byte;
  for (let byte = 0xa1; byte <= 0xdf; byte++) table[0xff61 - 0xa1 + byte] = byte;
  for (const belongs of LEAD_BYTE_CLASSES) {
    for (const lead of LEAD_BYTES.filter(belongs)) {
      for (const trail of TRAIL_BYTES) {
        const unit = forward[(lead << 8) | trail] ?? 0;
        if (unit !== 0) table[unit] = (lead << 8) | trail;
      }
    }
  }
  return table;
}

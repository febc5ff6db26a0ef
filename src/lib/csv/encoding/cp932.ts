/**
 * The two-byte half of CP932 (Windows-31J), both ways, taken from the platform's own table.
 *
 * @see https://encoding.spec.whatwg.org/#shift_jis-decoder equal to glibc's CP932 in every two-byte sequence, as a
 * test beside `decode.ts` verifies wherever `iconv` is available
 */

/** True for the first byte of a two-byte sequence. */
export const isLead = (byte: number): boolean => (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);

/** True for a byte that can be the second one. */
export const isTrail = (byte: number): boolean => byte >= 0x40 && byte <= 0xfc && byte !== 0x7f;

const LEADS = Array.from({ length: 256 }, (_, byte) => byte).filter(isLead);
const TRAILS = Array.from({ length: 256 }, (_, byte) => byte).filter(isTrail);

let toUnicode: Uint16Array | undefined;

/** UTF-16 code unit by two-byte sequence (`lead << 8 | trail`); 0 for none. U+E000-E757 is the user-defined area. */
export function pairsToUnicode(): Uint16Array {
  return (toUnicode ??= readPairs());
}

function readPairs(): Uint16Array {
  const table = new Uint16Array(0x10000);
  const pairs = LEADS.flatMap((lead) => TRAILS.map((trail) => [lead, trail] as const));
  const bytes = Uint8Array.from(pairs.flatMap(([lead, trail]) => [lead, trail, 0x0a]));
  const decoded = new TextDecoder("shift_jis").decode(bytes).split("\n");
  for (const [at, [lead, trail]] of pairs.entries()) {
    const character = decoded[at] ?? "";
    if (character.length === 1 && character !== "\ufffd") table[(lead << 8) | trail] = character.charCodeAt(0);
  }
  return table;
}

let fromUnicode: Uint16Array | undefined;

/**
 * CP932 sequence by UTF-16 code unit: below 0x100 one byte, else two; 0 if there is none (except U+0000).
 *
 * Of characters with several sequences, the one that Windows and glibc write is chosen: JIS X 0208 rows, then NEC
 * row 13, then IBM extensions, and never NEC's selection of them (ED, EE). The user-defined area is excluded.
 */
export function unicodeToCp932(): Uint16Array {
  return (fromUnicode ??= invert());
}

/** Classes of lead bytes; for a character with several sequences, later classes overwrite earlier ones. */
const BY_RISING_PRIORITY: readonly ((lead: number) => boolean)[] = [
  (lead) => lead === 0xed || lead === 0xee,
  (lead) => lead >= 0xfa,
  (lead) => lead > 0x87 && lead < 0xf0 && lead !== 0xed && lead !== 0xee,
  (lead) => lead === 0x87,
  (lead) => lead < 0x87,
];

function invert(): Uint16Array {
  const forward = pairsToUnicode();
  const table = new Uint16Array(0x10000);
  for (let byte = 0; byte < 0x80; byte++) table[byte] = byte;
  for (let byte = 0xa1; byte <= 0xdf; byte++) table[0xff61 - 0xa1 + byte] = byte;
  for (const belongs of BY_RISING_PRIORITY) {
    for (const lead of LEADS.filter(belongs)) {
      for (const trail of TRAILS) {
        const unit = forward[(lead << 8) | trail] ?? 0;
        if (unit !== 0) table[unit] = (lead << 8) | trail;
      }
    }
  }
  return table;
}

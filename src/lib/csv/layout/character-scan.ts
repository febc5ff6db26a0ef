import { CodeUnits } from "../records/record.ts";

export const DATE_SEPARATOR = 0x100;
export const DECIMAL_POINT = 0x200;
export const WHITE_SPACE = 0x400;
export const LETTER_OR_SYMBOL = 0x800;
export const NON_ASCII = 0x1000;
const ALL_CHARACTER_KINDS = DATE_SEPARATOR | DECIMAL_POINT | WHITE_SPACE | LETTER_OR_SYMBOL | NON_ASCII;

const characterKindOf = (code: number): number => {
  const character = String.fromCharCode(code);
  if (/[-/]/.test(character)) return DATE_SEPARATOR;
  if (character === ".") return DECIMAL_POINT;
  if (code <= 0x20 || code === 0x7f) return WHITE_SPACE;
  return /\d/.test(character) ? 0 : LETTER_OR_SYMBOL;
};

const ASCII_CHARACTERS = Int16Array.from({ length: 128 }, (_, code) => {
  return String.fromCharCode(code).toLowerCase().charCodeAt(0) | characterKindOf(code);
});

export class CharacterScan {
  kinds = 0;
  /** Two independent hashes of the text, which ignore the case of ASCII letters. */
  high = 0;
  low = 0;
}

const FNV_OFFSET_BASIS = 0x811c9dc5 | 0;

export const scanUnits = (units: Uint16Array, from: number, to: number, into: CharacterScan): void => {
  let kinds = 0;
  let a = FNV_OFFSET_BASIS;
  let b = 0;
  for (let i = from; i < to; i += 1) {
    let unit = units[i] ?? 0;
    if (unit > 0x7f) kinds |= NON_ASCII;
    else {
      const seen = ASCII_CHARACTERS[unit] ?? 0;
      kinds |= seen;
      unit = seen & 0x7f;
    }
    a = Math.imul(a ^ unit, 0x01000193);
    b = ((b << 5) - b + unit) | 0;
  }
  into.kinds = kinds & ALL_CHARACTER_KINDS;
  into.high = a;
  into.low = b;
};

const scratchUnits = new CodeUnits();

export const scanText = (value: string, into: CharacterScan): void => {
  scratchUnits.take(value);
  scanUnits(scratchUnits.all, 0, value.length, into);
};

export const isPlainAddress = (value: string, { kinds }: CharacterScan): boolean => {
  if ((kinds & (WHITE_SPACE | NON_ASCII)) !== 0) return false;
  const at = value.indexOf("@");
  return at > 0 && at < value.length - 1 && value.indexOf("@", at + 1) < 0;
};

export const isBlankCell = (value: string): boolean => {
  const first = value.charCodeAt(0);
  return !((first > 0x20 && first < 0x80) || (first > 0x3000 && first < 0xfeff)) && value.trim() === "";
};

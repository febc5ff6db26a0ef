import { Units } from "../records/units.ts";

/**
 * Kinds of characters that a value has, as bits: what a date has, a decimal point, white space and controls, letters
 * and other printable ASCII, and what is not ASCII; 0 of digits only.
 */
export const IN_DATE = 0x100;
export const POINT = 0x200;
export const BLANK = 0x400;
export const LETTER = 0x800;
export const NOT_ASCII = 0x1000;
const KINDS = IN_DATE | POINT | BLANK | LETTER | NOT_ASCII;

const kindOf = (code: number): number => {
  const character = String.fromCharCode(code);
  if (/[-/]/.test(character)) return IN_DATE;
  if (character === ".") return POINT;
  if (code <= 0x20 || code === 0x7f) return BLANK;
  return /\d/.test(character) ? 0 : LETTER;
};

/** Of each ASCII character its lower case, and in the bits above it its kind. */
const SEEN = Int16Array.from({ length: 128 }, (_, code) => {
  return String.fromCharCode(code).toLowerCase().charCodeAt(0) | kindOf(code);
});

/** What one look at the characters of a value tells. */
export class CharacterScan {
  kinds = 0;
  /** two hashes side by side; ASCII letter case does not matter to them */
  high = 0;
  low = 0;
}

/** Of FNV-1a, the first of the two hashes. */
const SEED = 0x811c9dc5 | 0;

/**
 * Looks at a value once, for all that is asked about nearly every one.
 *
 * @param units of a text; the value is from `from` to `to`
 */
export const lookAt = (units: Uint16Array, from: number, to: number, into: CharacterScan): void => {
  let kinds = 0;
  let a = SEED;
  let b = 0;
  for (let i = from; i < to; i += 1) {
    let unit = units[i] ?? 0;
    if (unit > 0x7f) kinds |= NOT_ASCII;
    else {
      const seen = SEEN[unit] ?? 0;
      kinds |= seen;
      unit = seen & 0x7f;
    }
    a = Math.imul(a ^ unit, 0x01000193);
    b = ((b << 5) - b + unit) | 0;
  }
  into.kinds = kinds & KINDS;
  into.high = a;
  into.low = b;
};

const own = new Units();

/** Looks at a value that is not a part of a text. */
export const lookAtText = (value: string, into: CharacterScan): void => {
  own.take(value);
  lookAt(own.all, 0, value.length, into);
};

/** True of a mail address that is certainly one: printable ASCII, with one @ inside. */
export const isPlainAddress = (value: string, { kinds }: CharacterScan): boolean => {
  if ((kinds & (BLANK | NOT_ASCII)) !== 0) return false;
  const at = value.indexOf("@");
  return at > 0 && at < value.length - 1 && value.indexOf("@", at + 1) < 0;
};

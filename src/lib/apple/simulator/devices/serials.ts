/**
 * Number of values of the high digit. A serial number is `SIM` and nine base-36 characters: a high digit of four
 * characters and a low digit of five, shuffled without repetition.
 */
const HIGH_DIGIT_BASE = 36 ** 4;
const LOW_DIGIT_BASE = 36 ** 5;
const TRIPLE_COUNT = 36 ** 3;

/** Prefix of the serial numbers of simulated devices. */
export const SIMULATED_SERIAL_PREFIX = "SIM";
const SIMULATED_SERIAL_PATTERN = /^SIM[0-9A-Z]{9}$/;

/** Returns true if a serial number has the form that the simulator generates. */
export const isSimulatedSerial = (serial: string): boolean => SIMULATED_SERIAL_PATTERN.test(serial);

const TRIPLES: readonly string[] = Array.from({ length: TRIPLE_COUNT }, (_, n) =>
  n.toString(36).toUpperCase().padStart(3, "0"),
);

/** Mixes a number with a key into a 32-bit number. */
const mixBits = (value: number, key: number): number => {
  let mixed = Math.imul(value ^ key, 0x9e37_79b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca77);
  return (mixed ^ (mixed >>> 13)) >>> 0;
};

const modulo = (value: number, base: number): number => ((value % base) + base) % base;

/**
 * Converts places to serial numbers and back. Each place has its own serial number, which is computed from the place,
 * so that a million devices need no list.
 */
export class SerialNumberCodec {
  readonly #keys: readonly [number, number, number];

  /** @param keys three 32-bit numbers that determine how serial numbers are shuffled */
  constructor(keys: readonly [number, number, number]) {
    this.#keys = keys;
  }

  /** Returns the serial number of a place. */
  at(place: number): string {
    const [a, b, c] = this.#keys;
    let low = (place % LOW_DIGIT_BASE) + (mixBits(Math.floor(place / LOW_DIGIT_BASE), a) % LOW_DIGIT_BASE);
    if (low >= LOW_DIGIT_BASE) low -= LOW_DIGIT_BASE;
    const high = (Math.floor(place / LOW_DIGIT_BASE) + mixBits(low, b)) % HIGH_DIGIT_BASE;
    low = (low + mixBits(high, c)) % LOW_DIGIT_BASE;
    const value = high * LOW_DIGIT_BASE + low;
    const rest = Math.floor(value / TRIPLE_COUNT);
    return `${SIMULATED_SERIAL_PREFIX}${TRIPLES[Math.floor(rest / TRIPLE_COUNT)]}${TRIPLES[rest % TRIPLE_COUNT]}${TRIPLES[value % TRIPLE_COUNT]}`;
  }

  /** Returns the place of a serial number; undefined if the simulator does not generate serial numbers of this form. */
  placeOf(serial: string): number | undefined {
    if (!SIMULATED_SERIAL_PATTERN.test(serial)) return undefined;
    const [a, b, c] = this.#keys;
    const value = Number.parseInt(serial.slice(SIMULATED_SERIAL_PREFIX.length), 36);
    const mixedHigh = Math.floor(value / LOW_DIGIT_BASE);
    let low = modulo((value % LOW_DIGIT_BASE) - mixBits(mixedHigh, c), LOW_DIGIT_BASE);
    const high = modulo(mixedHigh - mixBits(low, b), HIGH_DIGIT_BASE);
    low = modulo(low - (mixBits(high, a) % LOW_DIGIT_BASE), LOW_DIGIT_BASE);
    return high * LOW_DIGIT_BASE + low;
  }
}

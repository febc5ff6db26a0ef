/** `SIM` and nine of 36 characters, drawn without repetition: two digits of a mixed base, of four and of five characters. */
const HIGH = 36 ** 4;
const LOW = 36 ** 5;
const TRIPLE = 36 ** 3;

/** How serial numbers of simulated devices begin. */
export const SIMULATED_PREFIX = "SIM";
const SERIAL = /^SIM[0-9A-Z]{9}$/;

/** Whether a serial number is one that the simulator gives. */
export const isSimulatedSerial = (serial: string): boolean => SERIAL.test(serial);

const TRIPLES: readonly string[] = Array.from({ length: TRIPLE }, (_, n) =>
  n.toString(36).toUpperCase().padStart(3, "0"),
);

/** Mixes a number with a key into 32 bits. */
const mix = (value: number, key: number): number => {
  let mixed = Math.imul(value ^ key, 0x9e37_79b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca77);
  return (mixed ^ (mixed >>> 13)) >>> 0;
};

const modulo = (value: number, base: number): number => ((value % base) + base) % base;

/**
 * Serial numbers by their place: each place has one of its own, and each serial number tells its place, so that a million
 * devices need no list of them.
 */
export class Serials {
  readonly #keys: readonly [number, number, number];

  /** @param keys three numbers of 32 bits, by which they are shuffled */
  constructor(keys: readonly [number, number, number]) {
    this.#keys = keys;
  }

  /** The serial number at a place. */
  at(place: number): string {
    const [a, b, c] = this.#keys;
    let low = (place % LOW) + (mix(Math.floor(place / LOW), a) % LOW);
    if (low >= LOW) low -= LOW;
    const high = (Math.floor(place / LOW) + mix(low, b)) % HIGH;
    low = (low + mix(high, c)) % LOW;
    const value = high * LOW + low;
    const rest = Math.floor(value / TRIPLE);
    return `${SIMULATED_PREFIX}${TRIPLES[Math.floor(rest / TRIPLE)]}${TRIPLES[rest % TRIPLE]}${TRIPLES[value % TRIPLE]}`;
  }

  /** The place of a serial number; undefined where it is none of these. */
  placeOf(serial: string): number | undefined {
    if (!SERIAL.test(serial)) return undefined;
    const [a, b, c] = this.#keys;
    const value = Number.parseInt(serial.slice(SIMULATED_PREFIX.length), 36);
    const mixedHigh = Math.floor(value / LOW);
    let low = modulo((value % LOW) - mix(mixedHigh, c), LOW);
    const high = modulo(mixedHigh - mix(low, b), HIGH);
    low = modulo(low - (mix(high, a) % LOW), LOW);
    return high * LOW + low;
  }
}

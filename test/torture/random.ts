import { createHash } from "node:crypto";

export class SeededRandom {
  #state: number;

  constructor(seed: string) {
    this.#state = createHash("sha1").update(seed).digest().readUInt32LE();
  }

  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }
}

const TRICKY_STRINGS = [
  '"',
  ",",
  "\r\n",
  "\0",
  "\ufeff",
  "\u202e",
  "=1+1",
  "__proto__",
  "constructor",
  "&a [*a, *a]",
  "<!DOCTYPE x [<!ENTITY a 'a'>]>",
  "-----BEGIN CERTIFICATE-----",
  "../../x",
  "0".repeat(400),
  "[".repeat(2000),
].map((token) => Buffer.from(token));
const TRICKY_BYTES = [
  Buffer.of(0x30, 0x80),
  Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
  Buffer.of(0xff, 0xfe),
  Buffer.of(0x81),
];

export function mutateFile(sample: Buffer, random: SeededRandom): Buffer {
  let bytes = Buffer.from(sample);
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const length = 1 + random.below(random.of([4, 64, 1024]));
    const changed = [
      () => Buffer.concat([before, Buffer.of(random.below(256)), after.subarray(1)]),
      () => Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << random.below(8))), after.subarray(1)]),
      () => Buffer.concat([before, random.of([...TRICKY_STRINGS, ...TRICKY_BYTES]), after]),
      () => Buffer.concat([before, after.subarray(length)]),
      () => Buffer.concat([before, after.subarray(0, length), after]),
      () => before,
    ];
    bytes = random.of(changed)();
  }
  return bytes;
}

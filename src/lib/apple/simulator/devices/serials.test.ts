import fc from "fast-check";
import { expect, test } from "vitest";
import { SerialNumberCodec } from "./serials.ts";

const key = fc.nat({ max: 0xffff_ffff });

test("each place has its own serial number, from which the place can be computed", () => {
  fc.assert(
    fc.property(fc.tuple(key, key, key), fc.nat({ max: 36 ** 9 - 1 }), (keys, place) => {
      const serials = new SerialNumberCodec(keys);
      const serial = serials.at(place);
      expect(serial).toMatch(/^SIM[0-9A-Z]{9}$/);
      expect(serials.placeOf(serial)).toBe(place);
    }),
  );
});

test("100,000 successive serial numbers are unique, and another seed produces others", () => {
  const [some, others] = [new SerialNumberCodec([1, 2, 3]), new SerialNumberCodec([4, 5, 6])];
  const drawn = new Set(Array.from({ length: 100_000 }, (_, place) => some.at(place)));
  expect(drawn.size).toBe(100_000);
  expect(Array.from({ length: 100 }, (_, place) => others.at(place)).some((serial) => drawn.has(serial))).toBe(false);
});

test.each(["", "SIM", "SIM00000000", "sim000000000", "ABC000000000", "SIM00000000あ"])(
  "%j is not a serial number of the simulator",
  (serial) => expect(new SerialNumberCodec([1, 2, 3]).placeOf(serial)).toBeUndefined(),
);

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOf, toUtcInstant, parseTypedDate, type TypedDate } from "./time.ts";

const read = (typed: string): TypedDate => {
  const date = parseTypedDate(typed);
  if (date === undefined) throw new Error(`${typed} is not read`);
  return date;
};

const ZONES = ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"];

describe("a typed date", () => {
  it.each([
    ["2027-03-01", "Asia/Tokyo", "2027-03-01T14:59:59.000Z"],
    ["2027/3/1", "Asia/Tokyo", "2027-03-01T14:59:59.000Z"],
    ["2028-02-29", "UTC", "2028-02-29T23:59:59.000Z"],
    ["2027-03-14", "America/New_York", "2027-03-15T03:59:59.000Z"],
    // where summer time begins at midnight, so that midnight does not exist
    ["2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.000Z"],
    ["9999-12-31", "Asia/Tokyo", "9999-12-31T14:59:59.000Z"],
    ["2099-12-31", "Asia/Tokyo", "2099-12-31T14:59:59.000Z"],
  ])("%s in %s is %s", (typed, zone, instant) => {
    expect(toUtcInstant(read(typed), zone)).toBe(instant);
  });

  it.each([
    ["2027-03-01T09:00:00+09:00", "2027-03-01T00:00:00.000Z"],
    ["2027-03-01T00:00Z", "2027-03-01T00:00:00.000Z"],
  ])("%s is an instant in every time zone", (typed, instant) => {
    expect(read(typed)).toEqual({ instant });
    expect(toUtcInstant(read(typed), "Asia/Tokyo")).toBe(instant);
  });

  it.each(["", "tomorrow", "2027-02-29", "2027-02-30T00:00:00Z", "2027-13-01", "0000-01-01", "2027-03-01T09:00:00"])(
    "%s is not a date",
    (typed) => {
      expect(parseTypedDate(typed)).toBeUndefined();
    },
  );

  it("is the last second of its day in every zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2000), max: Date.UTC(2099) }),
        fc.constantFrom(...ZONES),
        (moment, zone) => {
          const day = new Date(moment).toISOString().slice(0, 10);
          const end = Date.parse(toUtcInstant(read(day), zone));
          expect(dayOf(new Date(end), zone)).toBe(day);
          expect(dayOf(new Date(end + 1000), zone) > day).toBe(true);
        },
      ),
    );
  });
});

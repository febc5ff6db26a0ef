import { expect, test } from "vitest";
import { createIdPrefix, getCurrentInstant, createId } from "./ids.ts";
import { TestSurroundings } from "#support/tenant/tenant.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids are distinct UUIDv7s that contain their time and sort by it", () => {
  const surroundings = new TestSurroundings();
  const ids = Array.from({ length: 1000 }, () => createId(surroundings));
  for (const id of ids) expect(id).toMatch(UUID_V7);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  const time = Number.parseInt((ids[0] ?? "").replaceAll("-", "").slice(0, 12), 16);
  expect(new Date(time).toISOString()).toBe("2026-04-01T00:00:00.001Z");
});

test("a prefix and a counter of twelve digits form an id, for the lowest and the highest bytes", () => {
  for (const byte of [0, 255]) {
    const prefix = createIdPrefix({ now: () => 0, random: (size) => new Uint8Array(size).fill(byte) });
    expect(`${prefix}${"f".repeat(12)}`).toMatch(UUID_V7);
  }
});

test("an instant is in UTC with milliseconds", () => {
  expect(getCurrentInstant({ now: () => 1 })).toBe("1970-01-01T00:00:00.001Z");
});

import { describe, expect, it } from "vitest";
import type { Client, RenewalItem } from "../../../lib/client/index.ts";
import { findItem } from "./columns.ts";

const item = (id: string, name: string): RenewalItem =>
  ({ id: `${id}-0000-7000-8000-000000000000`, name, kind: "custom", organisation: null }) as RenewalItem;

const ITEMS = [
  item("019a0001", "本社"),
  item("019a0002", "本社"),
  item("019b0003", "ガイド"),
  item("019b0004", "019b"),
];

const CLIENT = { renewals: { list: () => Promise.resolve(ITEMS) } } as unknown as Client<"renewals">;

describe("an item", () => {
  it.each([
    ["ガイド", 2],
    // the same name, decomposed
    ["ガイド".normalize("NFD"), 2],
    ["019B0003", 2],
    ["019a0001-0000-7000-8000-000000000000", 0],
    // a name counts before the start of an id
    ["019b", 3],
  ])("is selected by %s", async (typed, index) => {
    expect(await findItem(CLIENT, typed)).toBe(ITEMS[index]);
  });

  it.each([
    ["本社", "usage"],
    ["019a", "usage"],
    ["大阪", "not-found"],
    ["", "not-found"],
  ])("%s is refused as %s", async (typed, code) => {
    await expect(findItem(CLIENT, typed)).rejects.toMatchObject({ code });
  });

  it("is named by its ID if several items have its name", async () => {
    await expect(findItem(CLIENT, "本社")).rejects.toThrow(
      /"本社" matches 2 records: other date 本社 019a0001.+; other date 本社 019a0002/,
    );
  });
});

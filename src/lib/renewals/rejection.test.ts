import { EXAMPLE_RENEWAL_ITEM } from "#support/examples.ts";
import { expect, test } from "vitest";
import { TOKEN_REJECTION_MESSAGE } from "../derived/ade-health.ts";
import { expireAtRejection, markRejectedItem } from "./rejection.ts";

const AT = "2026-11-20T03:00:00.000Z";
const ITEMS = [{ id: "a" }, { id: "b" }];
const TOKEN = {
  setAt: "2026-03-01T00:00:00.000Z",
  expiresAt: "2027-03-01T00:00:00.000Z",
  rejectedAt: AT,
  renewal: "b",
};

test("marks only the item of a token that Apple rejected", () => {
  const held = { mirror: false, token: TOKEN };
  expect(markRejectedItem(ITEMS, held)).toEqual([
    { id: "a" },
    { id: "b", rejection: { what: TOKEN_REJECTION_MESSAGE, at: AT } },
  ]);
});

test.each([
  ["nothing is known of it", undefined],
  ["there is none", { mirror: false, token: null }],
  ["it was not rejected", { mirror: false, token: { ...TOKEN, rejectedAt: null } }],
  ["no item has its date", { mirror: false, token: { ...TOKEN, renewal: null } }],
  ["the tenant is a mirror", { mirror: true, token: TOKEN }],
])("no item is marked if %s", (_, held) => {
  expect(markRejectedItem(ITEMS, held)).toEqual(ITEMS);
});

test.each([
  ["then", "2027-03-01T00:00:00.000Z", AT, AT],
  ["then, if no date is recorded", null, AT, AT],
  ["then, if that is this moment", null, "2026-11-21T05:00:00.000Z", "2026-11-21T05:00:00.000Z"],
  ["at its date, if that is earlier", "2026-11-01T00:00:00.000Z", AT, "2026-11-01T00:00:00.000Z"],
  [
    "today, if a wrong clock dated it in the future",
    "2027-03-01T00:00:00.000Z",
    "2027-01-01T00:00:00.000Z",
    "2026-11-21T02:59:59.000Z",
  ],
])("a rejected item ended %s", (_, expiresAt, at, end) => {
  const item = { ...EXAMPLE_RENEWAL_ITEM, expiresAt, rejection: { what: TOKEN_REJECTION_MESSAGE, at } };
  const now = new Date("2026-11-21T05:00:00.000Z");
  expect(expireAtRejection(item, now, "Asia/Tokyo").expiresAt).toBe(end);
  const { rejection: _rejection, ...others } = item;
  expect(expireAtRejection(others, now, "Asia/Tokyo")).toBe(others);
});

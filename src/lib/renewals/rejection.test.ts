import { expect, test } from "vitest";
import { TOKEN_REJECTED } from "../model/ade-health.ts";
import { RENEWAL_ITEM } from "../model/renewal.ts";
import { exampleOf } from "../model/thing.ts";
import { endingAtRejection, withRejection } from "./rejection.ts";

const AT = "2026-11-20T03:00:00.000Z";
const ITEMS = [{ id: "a" }, { id: "b" }];

test("the item of a token that Apple rejected is marked, and no other", () => {
  const held = { mirror: false, token: { rejectedAt: AT, renewal: "b" } };
  expect(withRejection(ITEMS, held)).toEqual([{ id: "a" }, { id: "b", rejection: { what: TOKEN_REJECTED, at: AT } }]);
});

test.each([
  ["nothing is known of it", undefined],
  ["there is none", { mirror: false, token: null }],
  ["it was not rejected", { mirror: false, token: { rejectedAt: null, renewal: "b" } }],
  ["no item has its date", { mirror: false, token: { rejectedAt: AT, renewal: null } }],
  ["the tenant is a mirror", { mirror: true, token: { rejectedAt: AT, renewal: "b" } }],
])("no item is marked if %s", (_, held) => {
  expect(withRejection(ITEMS, held)).toEqual(ITEMS);
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
])("what was rejected ended %s", (_, expiresAt, at, end) => {
  const item = { ...exampleOf(RENEWAL_ITEM.fields), expiresAt, rejection: { what: TOKEN_REJECTED, at } };
  const now = new Date("2026-11-21T05:00:00.000Z");
  expect(endingAtRejection(item, now, "Asia/Tokyo").expiresAt).toBe(end);
  const { rejection: _rejection, ...others } = item;
  expect(endingAtRejection(others, now, "Asia/Tokyo")).toBe(others);
});

import { expect, test } from "vitest";
import { ROLE_POLICY, SCHEME_ITEMS, OPERATIONS, type Operation } from "./role-policy.ts";
import { ADMINISTRATOR_ROLES } from "../nouns/account.ts";

const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly Operation[];

test("every operation has a row, and only a system administrator has all of them everywhere", () => {
  for (const operation of OPERATION_NAMES) {
    expect(Object.keys(ROLE_POLICY[operation])).toEqual([...ADMINISTRATOR_ROLES]);
    expect(ROLE_POLICY[operation].system).toBe("all");
    expect(ROLE_POLICY[operation].custom === "item").toBe(SCHEME_ITEMS.includes(operation));
    expect([ROLE_POLICY[operation].division, ROLE_POLICY[operation].operator]).not.toContain("item");
  }
});

test("an operator never has a wider reach than a division administrator", () => {
  for (const operation of OPERATION_NAMES) {
    const { division, operator } = ROLE_POLICY[operation];
    const isMore = operator === "no" || operator === division;
    expect([operation, isMore]).toEqual([operation, true]);
  }
});

test("only what belongs to no organisation is open beyond the managed organisations, and then to every role", () => {
  const open = OPERATION_NAMES.filter((operation) => {
    const { division, operator, custom } = ROLE_POLICY[operation];
    return [division, operator, custom].includes("all");
  });
  expect(open.toSorted()).toEqual(["fields.read", "renewals.read"]);
  for (const operation of open) expect(new Set(Object.values(ROLE_POLICY[operation]))).toEqual(new Set(["all"]));
});

test.each([
  ["operator", "console.read devices.note devices.read orgs.read users.read"],
  [
    "division",
    "accounts.read accounts.write apps.assign apps.read config-profiles.assign config-profiles.read console.read console.write devices.delete devices.note devices.read devices.write orgs.delete orgs.read orgs.write users.delete users.move users.read users.write",
  ],
  ["custom", "accounts.read accounts.write console.read console.write devices.read orgs.read users.read"],
] as const)("%s administrators have these rights inside their organisations, and no others", (role, rights) => {
  const inside = OPERATION_NAMES.filter((operation) => ROLE_POLICY[operation][role] === "inside");
  expect(inside.toSorted().join(" ")).toBe(rights);
});

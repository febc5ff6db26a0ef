import { expect, test } from "vitest";
import { judgeRecord } from "./index.ts";

const alice = { name: "alice", role: "system" } as const;

test.each([
  ["the last one loses the role", alice, { ...alice, role: "none" } as const, 0, 1],
  ["the last one is deleted", alice, undefined, 0, 1],
  ["another one is left", alice, { ...alice, role: "none" } as const, 1, 0],
  ["the role stays", alice, alice, 0, 0],
  ["the account was no system administrator", { ...alice, role: "operator" } as const, undefined, 0, 0],
  ["the account is new", undefined, alice, 0, 0],
])("a tenant keeps a system administrator: %s", (_, before, after, otherSystemAdministrators, problems) => {
  const found = judgeRecord("account", { before, after }, { facts: { otherSystemAdministrators } });
  expect(found).toHaveLength(problems);
});

import { expect, test } from "vitest";
import type { Tools } from "../tools.ts";
import { checkMachine } from "./machine.ts";

const statesOf = (nodeVersion: string, now: string): readonly string[] =>
  checkMachine({
    machine: { nodeVersion, platform: "linux", architecture: "x64", node: "/opt/node", timezone: "Asia/Tokyo" },
    clock: { now: () => new Date(now) },
  } as unknown as Tools).map(({ state }) => state);

test.each([
  ["24.21.0", "2026-11-20T01:00:00Z", ["ok", "ok"]],
  ["22.5.0", "2026-11-20T01:00:00Z", ["problem", "ok"]],
  ["24.21.0", "1970-01-01T00:00:00Z", ["ok", "problem"]],
])("Node.js %s at %s is %j", (version, now, states) => {
  expect(statesOf(version, now)).toEqual(states);
});

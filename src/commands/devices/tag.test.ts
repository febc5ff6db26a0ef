import { expect, test } from "vitest";
import type { Device, WrittenDevice } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after: one } = example<WrittenDevice>("editDevice");
const other: Device = { ...one, id: one.id.replace(/.$/, "9"), serialNumber: "S2" };
const findDevices = ({ query }: { query?: Record<string, string> }) => ({
  items: [query?.["name"] === "S2" ? other : one],
});
const tagged = (device: Device, was: string[], is: string[], change: Partial<WrittenDevice> = {}): WrittenDevice =>
  toWritten({ ...device, tags: was }, { ...device, tags: is }, change);

test("tags all named devices in one request, each once", async () => {
  const answer = { items: [tagged(one, ["旧", "a"], ["a", "貸出 用"]), tagged(other, ["a"], ["a"])] };
  const words = ["devices", "tag", "S1", "S2", "S1", "--add", "貸出 用", "--remove", "旧"];
  const { en } = await runInBoth(words, { tenant: { findDevices, tagDevices: answer } });
  expect(en.requests.at(-1)).toEqual({
    operation: "tagDevices",
    json: { ids: [one.id, other.id], add: ["貸出 用"], remove: ["旧"], dryRun: false },
  });
  expect(en.exit).toBe(0);
  expect(en.stdout.split("\n")[0]).toContain("\ttags");
  expect(en.stderr).toBe(
    ["SERIAL000001: tags: 旧, a → a, 貸出 用", "S2: S2 already has these values, so there is nothing to change\n"].join(
      "\n",
    ),
  );
});

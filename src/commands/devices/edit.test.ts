import { expect, test } from "vitest";
import type { Device, WrittenDevice } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { after } = example<WrittenDevice>("editDevice");
const edited = (before: Partial<Device>, change: Partial<WrittenDevice> = {}): WrittenDevice => ({
  before: { ...after, ...before },
  after,
  consoleTask: null,
  dryRun: false,
  ...change,
});
const findDevices = { items: [after] };

test("sends the given values, and blanks as null", async () => {
  const tenant = { findDevices, editDevice: edited({ memo: "旧 1", status: "事前登録" }, { consoleTask: 3 }) };
  const words = ["devices", "edit", "SERIAL000001", "--memo", "", "--status", "管理中", "--android-mode", ""];
  const { en } = await runInBoth(words, { tenant });
  expect(en.requests).toEqual([
    { operation: "findDevices", query: { name: "SERIAL000001" } },
    {
      operation: "editDevice",
      params: { id: after.id },
      json: { memo: null, status: "管理中", androidMode: null, dryRun: false },
    },
  ]);
  expect(en.stderr).toBe(
    [
      "status: 事前登録 → 管理中",
      "memo: 旧 1 → (blank)",
      "make the same change in the console: clomoctl console show 3",
      "",
    ].join("\n"),
  );
});

test("sends a dry run as a dry run", async () => {
  const tenant = { findDevices, editDevice: edited({ memo: "旧" }, { dryRun: true }) };
  const { stderr, requests } = await run("devices edit S1 --memo x --dry-run", { tenant });
  expect(requests[1]).toMatchObject({ json: { memo: "x", dryRun: true } });
  expect(stderr).toBe("memo: 旧 → (blank)\ndry run: nothing was changed\n");
});

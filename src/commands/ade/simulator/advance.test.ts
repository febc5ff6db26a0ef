import { expect, test } from "vitest";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("puts the clock forward by days or weeks, and shows where it is", async () => {
  const { run, requests } = rehearsal();
  const { exit, stdout } = await run("ade simulator advance 8d");
  expect([exit, stdout]).toEqual([0, "now\n2026-11-28T01:00:00Z\n"]);
  expect(requests).toEqual([
    { asked: "POST http://127.0.0.1:8600/_simulator/advance", body: { ms: 8 * 24 * 3600 * 1000 } },
  ]);
  const { stdout: json } = await run("ade simulator advance 1w --format json");
  expect(JSON.parse(json)).toEqual({ now: "2026-12-05T01:00:00Z" });
});

test("more than a century is refused", async () => {
  const { inBoth } = rehearsal();
  const { en, ja } = await inBoth("ade simulator advance 9999w");
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("ms: ") });
  expect(ja.stderr).toContain("ms の値が正しくありません");
});

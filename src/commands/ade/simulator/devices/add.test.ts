import { expect, test } from "vitest";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("buys so many devices, and lists their serial numbers", async () => {
  const { run, requests, serials } = rehearsal();
  const { exit, stdout } = await run("ade simulator devices add --count 3 --family iPhone");
  expect(exit).toBe(0);
  expect(stdout).toBe(`serial\n${serials().slice(25).join("\n")}\n`);
  expect(requests).toEqual([
    {
      asked: "POST http://127.0.0.1:8600/_simulator/devices",
      body: { count: 3, family: "iPhone", unassigned: false, silent: false },
    },
  ]);
});

test("one by itself, those that are named, and those of another server or of none", async () => {
  const { run, serials } = rehearsal();
  await run("ade simulator devices add");
  await run("ade simulator devices add C02NEW000001 C02NEW000002 --silent");
  await run("ade simulator devices add C02NEW000003 --server Jamf");
  await run("ade simulator devices add C02NEW000004 --unassigned");
  expect(serials().slice(26)).toEqual(["C02NEW000001", "C02NEW000002"]);
});

test("one that is there already, twice, or of the simulator's own form is 3; a count beside names is 2", async () => {
  const { run, inBoth, serials } = rehearsal();
  await run("ade simulator devices add C02NEW000001");
  for (const words of ["C02NEW000001", "C02NEW000002 C02NEW000002", serials()[0] ?? "", "SIM000000000"]) {
    const { en, ja } = await inBoth(`ade simulator devices add ${words}`);
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("already in the organisation") });
    expect(ja.stderr).toContain("すでに組織にある");
  }
  const { en, ja } = await inBoth("ade simulator devices add C02NEW000009 --count 2");
  expect(en).toMatchObject({ exit: 2, stderr: expect.stringContaining("either a count or serial numbers") });
  expect(ja.stderr).toContain("どちらか一方");
  expect(await run("ade simulator devices add abc")).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining("serials"),
  });
  expect(serials()).toHaveLength(26);
});

test("a number in place of serial numbers: the option is named", async () => {
  const { inBoth } = rehearsal();
  const { en, ja } = await inBoth("ade simulator devices add 3");
  expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("--count 3") });
  expect(ja.stderr).toContain("--count 3");
});

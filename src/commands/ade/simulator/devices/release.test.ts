import { expect, test } from "vitest";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("takes devices out of the organisation, and lists them", async () => {
  const { run, requests, serials } = rehearsal();
  const [one = "", two = ""] = serials();
  const { exit, stdout } = await run(`ade simulator devices release ${one} ${two} --silent`);
  expect([exit, stdout]).toEqual([0, `serial\n${one}\n${two}\n`]);
  expect(requests).toEqual([
    {
      asked: "POST http://127.0.0.1:8600/_simulator/devices/release",
      body: { serials: [one, two], silent: true },
    },
  ]);
  expect(serials()).toHaveLength(23);
});

test("where one is not there, none is released: 6", async () => {
  const { inBoth, serials } = rehearsal();
  const { en, ja } = await inBoth(`ade simulator devices release ${serials()[0]} ELSEWHERE`);
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain("not in the simulated organisation: ELSEWHERE\n  add them first");
  expect(ja.stderr).toContain("組織にないデバイスです: ELSEWHERE");
  expect(serials()).toHaveLength(25);
});

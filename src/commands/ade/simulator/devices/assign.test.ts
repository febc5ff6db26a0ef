import { expect, test } from "vitest";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("to another server, to none, and back to ours", async () => {
  const { run, requests, serials } = rehearsal();
  const [one = "", two = ""] = serials();
  expect(await run(`ade simulator devices assign ${one} --to-other Jamf`)).toMatchObject({
    exit: 0,
    stdout: `serial\n${one}\n`,
  });
  expect(await run(`ade simulator devices assign ${two} --none`)).toMatchObject({ exit: 0 });
  expect(serials()).toHaveLength(23);
  expect(requests).toEqual([
    {
      asked: "POST http://127.0.0.1:8600/_simulator/devices/assign",
      body: { serials: [one], server: "Jamf", none: false, silent: false },
    },
    {
      asked: "POST http://127.0.0.1:8600/_simulator/devices/assign",
      body: { serials: [two], none: true, silent: false },
    },
  ]);
  expect(await run(`ade simulator devices assign ${one} ${two} --silent`)).toMatchObject({ exit: 0 });
  expect(serials()).toHaveLength(25);
});

test("a device that was released is 6; another server and none together are 2", async () => {
  const { run, inBoth, serials } = rehearsal();
  const [one = ""] = serials();
  await run(`ade simulator devices release ${one}`);
  const { en, ja } = await inBoth(`ade simulator devices assign ${one}`);
  expect(en).toMatchObject({ exit: 6, stderr: expect.stringContaining(`organisation: ${one}`) });
  expect(ja.stderr).toContain(`組織にないデバイスです: ${one}`);
  const both = await inBoth(`ade simulator devices assign ${one} --to-other x --none`);
  expect(both.en).toMatchObject({ exit: 2, stderr: expect.stringContaining("--to-other and --none") });
  expect(both.ja.stderr).toContain("同時に指定できません");
});

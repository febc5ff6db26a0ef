import { expect, test } from "vitest";
import { said } from "#support/apple/simulator/mdm.ts";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("those with a profile get it, and are listed; the others are not", async () => {
  const { run, requests, serials, mdm, simulator } = rehearsal();
  const [one = "", two = ""] = serials();
  await mdm.signIn();
  const profile = { profile_name: "a", url: "https://mdm.example.jp", devices: [one] };
  expect(said(await mdm.ask("POST /profile", profile))).toMatchObject({ devices: { [one]: "SUCCESS" } });
  const { exit, stdout } = await run(`ade simulator devices activate ${one} ${two}`);
  expect([exit, stdout]).toEqual([0, `serial\n${one}\n`]);
  expect(requests).toEqual([
    { asked: "POST http://127.0.0.1:8600/_simulator/devices/activate", body: { serials: [one, two] } },
  ]);
  expect([...simulator.devices()].slice(0, 2).map(({ profileStatus }) => profileStatus)).toEqual(["pushed", "empty"]);
});

test("one that is not there is 6", async () => {
  const { inBoth } = rehearsal();
  const { en, ja } = await inBoth("ade simulator devices activate ELSEWHERE");
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining("ELSEWHERE") });
  expect(ja.stderr).toContain("組織にないデバイスです");
});

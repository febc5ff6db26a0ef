import { expect, test } from "vitest";
import { rehearsal } from "#support/commands/ade/simulated.ts";

test("sends what is to go wrong, and lists what is to come", async () => {
  const { run, requests, serials } = rehearsal();
  const [serial = ""] = serials();
  const line = `ade simulator faults throttled --count 2 --after 1 --path /profile/devices --seconds 5 --serial ${serial}`;
  expect(await run(line)).toMatchObject({
    exit: 0,
    stdout: `fault\tcount\tafter\tpath\tseconds\tserials\nthrottled\t2\t1\t/profile/devices\t5\t["${serial}"]\n`,
  });
  expect(requests).toEqual([
    {
      asked: "POST http://127.0.0.1:8600/_simulator/faults",
      body: {
        fault: "throttled",
        count: 2,
        lasting: false,
        after: 1,
        path: "/profile/devices",
        seconds: 5,
        serials: [serial],
      },
    },
  ]);
});

test("terms last until they are cleared, a reset happens once; people read so", async () => {
  const { run, inBoth, requests } = rehearsal();
  await run("ade simulator faults terms");
  await run("ade simulator faults reset");
  await run("ade simulator faults slow --always");
  const { en, ja } = await inBoth("ade simulator faults", { terminal: {} });
  expect(en.stdout).toMatch(/terms\s+until cleared[^]*reset\s+1×[^]*slow\s+until cleared/);
  expect(ja.stdout).toMatch(/解除するまで[^]*1 回/);
  expect(await run("ade simulator faults --clear --format json")).toMatchObject({ exit: 0, stdout: "[]\n" });
  expect(requests.at(-1)).toEqual({ asked: "DELETE http://127.0.0.1:8600/_simulator/faults", body: undefined });
});

test("what contradicts itself is a usage error", async () => {
  const { inBoth, requests } = rehearsal();
  for (const [line, named] of [
    ["ade simulator faults terms --clear", "--clear"],
    ["ade simulator faults terms --count 1 --always", "--always"],
  ] as const) {
    const { en, ja } = await inBoth(line);
    expect(en).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining(named) });
    expect(ja.stderr).toContain("同時に指定できません");
  }
  const { en } = await inBoth("ade simulator faults terms --path devices");
  expect(en).toMatchObject({ exit: 2, stderr: expect.stringContaining("path: ") });
  expect(requests).toHaveLength(2);
});

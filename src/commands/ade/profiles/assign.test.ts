import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { example, inTurn } from "#support/commands/tenant.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import {
  SIMULATED_ADE,
  ADE_AT_APPLE,
  LOOKUP_REQUESTS,
  PROFILE,
  buildAssignmentResponse,
} from "#support/commands/ade/profiles.ts";

const tenant = {
  ade: SIMULATED_ADE,
  adeProfiles: { items: [PROFILE] },
  assignAdeProfile: buildAssignmentResponse({ A1: "SUCCESS" }),
};
const params = { id: PROFILE.id };
const asked = (json: object) => ({ operation: "assignAdeProfile", params, json });

test("assigns a profile to devices by serial number", async () => {
  const { en, ja } = await runInBoth("ade profiles assign 本社 a1 A1", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "serialNumber\tresult\nA1\tSUCCESS\n" });
  expect(en.requests).toEqual([...LOOKUP_REQUESTS, asked({ serials: ["A1"], dryRun: false })]);
  expect(en.stderr).toContain("1 of 1 device succeeded");
  expect(en.stderr).toContain("the devices may be switched on");
  expect(ja.stderr).toContain("1 台のうち 1 台が完了しました");
  expect(ja.stderr).toContain("電源を入れて設定を始められます");
});

test("proposes to apply the profile to later devices automatically, until it is automatic", async () => {
  const told = async (automatic: readonly string[]) =>
    runInBoth("ade profiles assign 本社 A1", {
      tenant: { ...tenant, adeProfiles: { items: [{ ...PROFILE, automatic }] } },
    });
  const { en, ja } = await told([]);
  expect(en.stderr).toContain(
    "to apply this profile automatically to devices that you buy later: clomoctl ade profiles auto-apply 本社\n",
  );
  expect(ja.stderr).toContain("に自動で適用するには: clomoctl ade profiles auto-apply 本社\n");
  expect((await told([""])).en.stderr).not.toContain("auto-apply");
});

test("selects devices by file or organisation, or all without a profile", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "list.csv"), "serial\nA1\nA2\n");
  const file = await run("ade profiles assign 本社 --file list.csv", { tenant, folder });
  expect(file.requests.at(-1)).toEqual(asked({ serials: ["A1", "A2"], dryRun: false }));
  const [org] = example<{ items: readonly { id: string }[] }>("findOrgs").items;
  const byOrg = await run("ade profiles assign 本社 --org 営業部", {
    tenant: { ...tenant, findOrgs: { items: [org] } },
  });
  expect(byOrg.requests.at(-1)).toEqual(asked({ org: org?.id, dryRun: false }));
  const all = await run("ade profiles assign 本社 --unassigned", { tenant });
  expect(all.requests.at(-1)).toEqual(asked({ unassigned: true, dryRun: false }));
});

test("reports devices that Apple did not accept, and when they are tried again", async () => {
  const results = { A1: "SUCCESS", A2: "THROTTLED", A3: "NOT_ACCESSIBLE" } as const;
  const assignAdeProfile = buildAssignmentResponse(results, { retryAt: "2026-11-21T00:00:00.000Z" });
  const { en, ja } = await runInBoth("ade profiles assign 本社 A1 A2 A3", { tenant: { ...tenant, assignAdeProfile } });
  expect(en).toMatchObject({ exit: 8 });
  expect(en.stdout).toContain("A2\tTHROTTLED\nA3\tNOT_ACCESSIBLE\n");
  expect(en.stderr).toContain("no longer assigned to this server: 1 device; check Apple Business Manager, then run");
  expect(en.stderr).toContain(
    "Apple did not accept 1 of the devices; after 2026-11-21 09:00 (Asia/Tokyo), run clomoctl ade sync or run this command again",
  );
  expect(ja.stderr).toContain("2026-11-21 09:00 (Asia/Tokyo) 以降に");
});

test("with many devices, a terminal lists only those that failed", async () => {
  const done = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`A${at}`, "SUCCESS" as const]));
  const assignAdeProfile = buildAssignmentResponse({ ...done, B1: "FAILED" });
  const line = "ade profiles assign 本社 --unassigned";
  const { en, ja } = await runInBoth(line, { tenant: { ...tenant, assignAdeProfile }, terminal: { columns: 80 } });
  expect(en.stdout).toBe("serial number  result\nB1             failed\n");
  expect(en.stderr).toContain("not listed: 30 devices that succeeded; to list all devices: --format tsv\n");
  expect(ja.stderr).toContain("ほか 30 台(完了)は省略しました");
  // Apple has not said when to try again
  expect(en.stderr.replaceAll(/\s+/g, " ")).toContain(
    "1 of the devices; run clomoctl ade sync or run this command again",
  );
  expect(ja.stderr).toContain("1 台を受け付けませんでした。clomoctl ade sync か");
  const piped = await run(line, { tenant: { ...tenant, assignAdeProfile } });
  expect(piped.stdout.split("\n")).toHaveLength(33);
  const dry = await run(`${line} --dry-run`, {
    tenant: { ...tenant, assignAdeProfile: { ...buildAssignmentResponse(done), dryRun: true } },
    terminal: { columns: 80 },
  });
  expect(dry.stdout.split("\n")).toHaveLength(22);
  expect(dry.stderr).toContain("not listed: 10 devices; to list all devices: --format tsv");
});

test("having nothing to do is not a failure", async () => {
  const { exit, stderr } = await run("ade profiles assign 本社 A1", {
    tenant: { ...tenant, assignAdeProfile: buildAssignmentResponse({}) },
  });
  expect(exit).toBe(0);
  expect(stderr).toContain("nothing to do: no device needs to be changed");
});

describe("at Apple", () => {
  const tried = buildAssignmentResponse({ A1: null, A2: null }, { dryRun: true });
  const real = {
    ...tenant,
    ade: ADE_AT_APPLE,
    assignAdeProfile: inTurn(tried, buildAssignmentResponse({ A1: "SUCCESS", A2: "SUCCESS" })),
  };

  test("asks for the number of devices", async () => {
    const { exit, requests, stderr } = await run("ade profiles assign 本社 --unassigned", {
      tenant: real,
      terminal: {
        columns: 200,
        typing: [["the profile 本社 will be assigned to 2 devices; type 2 to continue:", "2\r"]],
      },
    });
    expect(exit).toBe(0);
    expect(stderr).toContain("endpoint: Apple https://mdmenrollment.apple.com");
    expect(requests.slice(-2)).toEqual([
      asked({ unassigned: true, dryRun: true }),
      asked({ unassigned: true, dryRun: false, confirmDevices: 2 }),
    ]);
  });

  test("without a terminal, all missing options are named at once", async () => {
    const home = freshFolder();
    await run("context add kanto --embedded --use", { home });
    await run("context add osaka --embedded", { home });
    const { stderr, exit } = await run("ade profiles assign 本社 --unassigned", {
      home,
      tenant: { ade: ADE_AT_APPLE, adeProfiles: tenant.adeProfiles },
    });
    expect(exit).toBe(2);
    expect(stderr).toContain("add --context kanto or set CLOMOCTL_CONTEXT=kanto; pass --confirm-devices N\n");
  });

  test("accepts the number as an option, and requires it without a terminal", async () => {
    const given = await run("ade profiles assign 本社 --unassigned --confirm-devices 2", {
      tenant: { ...real, assignAdeProfile: buildAssignmentResponse({ A1: "SUCCESS", A2: "SUCCESS" }) },
    });
    expect(given.requests.at(-1)).toEqual(asked({ unassigned: true, dryRun: false, confirmDevices: 2 }));
    const { en, ja } = await runInBoth("ade profiles assign 本社 --unassigned", {
      tenant: { ...real, assignAdeProfile: tried },
    });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("--confirm-devices 2") });
    expect(ja).toMatchObject({ exit: 3 });
  });

  test("a dry run asks nothing", async () => {
    const { en, ja } = await runInBoth("ade profiles assign 本社 --unassigned --dry-run", {
      tenant: { ...real, assignAdeProfile: tried },
    });
    expect(en).toMatchObject({ exit: 0, stdout: "serialNumber\tresult\nA1\t\nA2\t\n" });
    expect(en.stderr).toContain("dry run: 2 devices would be affected; nothing was sent");
    expect(ja.stderr).toContain("対象は 2 台です");
  });
});

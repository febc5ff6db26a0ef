import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../lib/apple/renewable.ts";
import type { RenewalItem } from "../../lib/client/index.ts";
import { freshFolder, runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import { item } from "#support/commands/renewals/item.ts";
import { createVppToken } from "#support/renewals/vpp-token.ts";

const vpp = {
  name: "本社",
  kind: "vpp-token",
  organisation: "例",
  expiresAt: "2027-01-15T09:00:00.000Z",
  certainty: "exact",
} as const;

const folderWith = (expires: string): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, "sToken_for_Tokyo_.vpptoken"), createVppToken(new Date(expires), "例"));
  return folder;
};

const FILE = "sToken_for_Tokyo_.vpptoken";

const renew = (words: string, one: Partial<RenewalItem>, more: Circumstances = {}) =>
  run(`renewals renew 本社 ${words}`.trim(), {
    tenant: { listRenewals: { items: [item(1, { name: "本社", ...one })] } },
    ...more,
  });

/** Renews an item, which the tenant records. */
const recordRenewal = (words: string, one: Partial<RenewalItem>, more: Circumstances = {}) =>
  renew(words, one, {
    tenant: { listRenewals: { items: [item(1, { name: "本社", ...one })] }, renewRenewal: item(1) },
    ...more,
  });

describe("a file that is uploaded", () => {
  test("is recorded with the date that the console shows", async () => {
    const folder = folderWith("2027-12-01T00:00:00Z");
    const ran = await recordRenewal(`${FILE} --console-shows 2027-12-01 --by 髙橋`, vpp, { folder });
    expect(ran).toMatchObject({
      exit: 0,
      stderr: "warning: check these yourself: location: the files do not show this\n",
    });
    expect(ran.requests.at(-1)?.json).toEqual({
      by: "髙橋",
      at: "2026-11-20T01:00:00.000Z",
      consoleShows: "2027-12-01",
      file: {
        expiresAt: "2027-12-01T00:00:00.000Z",
        certainty: "exact",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        topic: null,
        organisation: "例",
        source: join(folder, FILE),
      },
    });
  });

  test("is not recorded without that date: exit 8, in both languages", async () => {
    const { en } = await runInBoth(`renewals renew 本社 ${FILE}`, {
      folder: folderWith("2027-12-01T00:00:00Z"),
      tenant: { listRenewals: { items: [item(1, vpp)] } },
    });
    expect(en).toMatchObject({ exit: 8, stdout: "", requests: [{ operation: "listRenewals" }] });
    expect(en.stderr).toContain(`clomoctl renewals renew 本社 ${FILE} --console-shows DATE`);
  });

  test("is named before the upload if another context has it", async () => {
    const [home, folder] = [freshFolder(), folderWith("2027-12-01T00:00:00Z")];
    for (const name of ["kanto", "osaka"]) {
      await run(`context add ${name} --embedded`, { home });
      mkdirSync(join(home, "tenants", name), { recursive: true });
    }
    const fingerprint = fingerprintOf(readFileSync(join(folder, FILE)));
    const other = { listRenewals: { items: [item(2, { ...vpp, name: "別", fingerprint })] } };
    const tenants = { kanto: { listRenewals: { items: [item(1, vpp)] } }, osaka: other };
    const { exit, stderr } = await run(`renewals renew 本社 ${FILE} --context kanto --lang en`, {
      home,
      folder,
      tenants,
    });
    expect(exit).toBe(8);
    expect(stderr).toContain("warning: the context osaka has the same VPP content token, as 別\n");
  });

  test("is refused if it is older, in both languages", async () => {
    const { en } = await runInBoth(`renewals renew 本社 ${FILE} --console-shows 2026-12-01`, {
      folder: folderWith("2026-12-01T00:00:00Z"),
      tenant: { listRenewals: { items: [item(1, vpp)] } },
    });
    expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "listRenewals" }] });
    expect(en.stderr).toMatch(/^error: this file cannot renew "本社": later expiry: 2026-12-01 .* is not later than /);
    expect(en.stderr).toContain("clomoctl renewals guide 本社");
  });
});

test("a login needs no file", async () => {
  const owner = { kind: "android-owner" } as const;
  const ran = await recordRenewal("--signed-in 2026-11-02 --by 髙橋", owner);
  expect(ran.exit).toBe(0);
  expect(ran.requests.at(-1)?.json).toEqual({ by: "髙橋", at: "2026-11-02T14:59:59.000Z" });
  expect((await renew("--signed-in 2026-11-21", owner)).stderr).toContain("2026-11-21 is in the future");
});

test("without a file, proposes the guide, which ends with the command", async () => {
  const ran = await renew("", { kind: "custom" });
  expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining("clomoctl renewals guide 本社") });
});

import { expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../../lib/model/organisation.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";
import {
  SIMULATED_ADE,
  ADE_AT_APPLE,
  LOOKUP_REQUESTS,
  PROFILE,
  buildAssignmentResponse,
} from "#support/commands/ade/profiles.ts";

const set = buildAssignmentResponse({}, { devices: 5 });
const tenant = { ade: SIMULATED_ADE, adeProfiles: { items: [PROFILE] }, setAutomaticAdeProfile: set };
const asked = (json: object) => ({ operation: "setAutomaticAdeProfile", json: { ...json, dryRun: false } });

test("new devices of the tenant, or of an organisation, get a profile", async () => {
  const { en, ja } = await runInBoth("ade profiles auto-apply 本社", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.requests).toEqual([...LOOKUP_REQUESTS, asked({ org: ROOT_ORG_ID, profile: PROFILE.id })]);
  expect(en.stderr).toContain("automatic profile: 本社 (全社)");
  expect(ja.stderr).toContain("自動適用: 本社(全社)");
  const [org] = example<{ items: readonly { id: string }[] }>("findOrgs").items;
  const own = await run("ade profiles auto-apply 本社 --org 営業部", {
    tenant: { ...tenant, findOrgs: { items: [org] } },
  });
  expect(own.requests.at(-1)).toEqual(asked({ org: org?.id, profile: PROFILE.id }));
});

test("can be turned off", async () => {
  const off = { ade: SIMULATED_ADE, setAutomaticAdeProfile: { ...set, profile: null } };
  const { en, ja } = await runInBoth("ade profiles auto-apply --none", { tenant: off });
  expect(en.requests.at(-1)).toEqual(asked({ org: ROOT_ORG_ID, profile: null }));
  expect(en.stderr).toContain("automatic profile: none (全社)");
  expect(ja.stderr).toContain("自動適用: なし(全社)");
});

test("at Apple, asks for the number of existing devices", async () => {
  const { exit, requests } = await run("ade profiles auto-apply 本社", {
    tenant: { ...tenant, ade: ADE_AT_APPLE, setAutomaticAdeProfile: inTurn({ ...set, dryRun: true }, set) },
    terminal: { columns: 300, typing: [["type 5 to continue:", "5\r"]] },
  });
  expect(exit).toBe(0);
  expect(requests.at(-1)?.json).toMatchObject({ confirmDevices: 5, dryRun: false });
});

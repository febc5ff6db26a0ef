import { expect, test } from "vitest";
import type { Tenant } from "../../lib/client/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../lib/nouns/tenant.ts";
import { createDatedItem } from "#support/renewals/digest.ts";
import { example } from "#support/commands/tenant.ts";
import { findMissingKinds } from "./findings.ts";

const APPLE = { ios: true, ade: true, vpp: false, android: false };

test.each([
  ["nothing if nothing is known", {}, [], []],
  ["what is used and not recorded", APPLE, ["push-certificate", "android-owner"], ["ade-token"]],
  ["everything that is used if nothing is recorded", APPLE, [], ["push-certificate", "ade-token"]],
  ["nothing if nothing is used", { ios: false, macos: false, android: false }, [], []],
] as const)("a tenant lacks %s", (_, profile, recorded, missing) => {
  const tenant = example<Tenant>("tenant", { profile: { ...EMPTY_TENANT_PROFILE, ...profile } });
  const items = recorded.map((kind) => createDatedItem({ kind }));
  expect(findMissingKinds(tenant, items).map(([kind]) => kind)).toEqual(missing);
});

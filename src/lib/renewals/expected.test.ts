import { expect, test } from "vitest";
import { EMPTY_TENANT_PROFILE } from "../model/tenant.ts";
import { findExpectedRecords } from "./expected.ts";

test("if nothing is known about a tenant, nothing is missing but questions are open", () => {
  expect(findExpectedRecords(EMPTY_TENANT_PROFILE, [])).toEqual({
    missing: [],
    doubtful: ["push-certificate", "ade-token", "vpp-token", "android-owner"],
    unsaid: ["ios", "macos", "android"],
  });
});

test("a recorded item is neither missing nor asked for, whatever the tenant's settings are", () => {
  const items = [{ kind: "push-certificate" }, { kind: "android-owner" }] as const;
  const tenant = { ...EMPTY_TENANT_PROFILE, ios: true, ade: true, vpp: false, android: false };
  expect(findExpectedRecords(tenant, items)).toEqual({ missing: ["ade-token"], doubtful: [], unsaid: [] });
  expect(findExpectedRecords(tenant, [])).toEqual({
    missing: ["push-certificate", "ade-token"],
    doubtful: [],
    unsaid: [],
  });
  expect(findExpectedRecords(EMPTY_TENANT_PROFILE, items).unsaid).toEqual(["ios", "macos"]);
});

test("nothing is expected if iOS, macOS and Android are not used", () => {
  const tenant = { ...EMPTY_TENANT_PROFILE, ios: false, macos: false, android: false };
  expect(findExpectedRecords(tenant, [])).toEqual({ missing: [], doubtful: [], unsaid: [] });
});

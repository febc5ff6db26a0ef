import { expect, test } from "vitest";
import { EMPTY_TENANT_PROFILE } from "../model/tenant.ts";
import { findExpectedRecords } from "./expected.ts";

const APPLE = { ios: true, ade: true, vpp: false, android: false };
const RECORDED = [{ kind: "push-certificate" }, { kind: "android-owner" }] as const;

test.each([
  ["nothing if nothing is known", {}, [], []],
  ["what is used and not recorded", APPLE, RECORDED, ["ade-token"]],
  ["everything that is used if nothing is recorded", APPLE, [], ["push-certificate", "ade-token"]],
  ["nothing if nothing is used", { ios: false, macos: false, android: false }, [], []],
] as const)("a tenant lacks %s", (_, profile, items, missing) => {
  expect(findExpectedRecords({ ...EMPTY_TENANT_PROFILE, ...profile }, items)).toEqual({ missing });
});

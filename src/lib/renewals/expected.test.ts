import { expect, test } from "vitest";
import { UNSAID } from "../model/tenant.ts";
import { expectedOf } from "./expected.ts";

test("of a tenant of which nothing was said nothing is missing: it is asked", () => {
  expect(expectedOf(UNSAID, [])).toEqual({
    missing: [],
    doubtful: ["push-certificate", "ade-token", "vpp-token", "android-owner"],
    unsaid: ["ios", "macos", "android"],
  });
});

test("what is recorded is neither missing nor asked for, whatever was said", () => {
  const items = [{ kind: "push-certificate" }, { kind: "android-owner" }] as const;
  const tenant = { ...UNSAID, ios: true, ade: true, vpp: false, android: false };
  expect(expectedOf(tenant, items)).toEqual({ missing: ["ade-token"], doubtful: [], unsaid: [] });
  expect(expectedOf(tenant, [])).toEqual({ missing: ["push-certificate", "ade-token"], doubtful: [], unsaid: [] });
  expect(expectedOf(UNSAID, items).unsaid).toEqual(["ios", "macos"]);
});

test("where iOS, macOS and Android are not used, nothing is expected", () => {
  const tenant = { ...UNSAID, ios: false, macos: false, android: false };
  expect(expectedOf(tenant, [])).toEqual({ missing: [], doubtful: [], unsaid: [] });
});

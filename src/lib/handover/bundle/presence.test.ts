import { expect, test } from "vitest";
import { EMPTY_MANIFEST } from "#support/handover/bundles.ts";
import { RESOURCE_NAMES } from "../resources.ts";
import type { Manifest, ManifestResource } from "./manifest.ts";
import { absentAmong, missingFrom, presenceOf } from "./presence.ts";

/** A manifest whose resources have all been exported, but for some. */
const manifestWith = (
  states: Readonly<Partial<Record<string, ManifestResource["state"]>>>,
  more: Partial<Manifest> = {},
): Manifest => ({
  ...EMPTY_MANIFEST,
  ...more,
  resources: RESOURCE_NAMES.map((name) => {
    const { [name]: state = "exported" } = states;
    return { name, state, records: 0, sha256: null, stays: null, leftOut: [] };
  }),
});

const SCOPE = { id: "019a9f3c-5a00-7abc-8def-000000000001", path: "営業部" };

test("a whole bundle lacks nothing, and one without the audit names the option", () => {
  expect(missingFrom(manifestWith({ users: "empty" }))).toBeUndefined();
  expect(missingFrom(manifestWith({ audit: "left-out" }))).toEqual({
    en: "not in the bundle: audit (exported with --audit only)",
    ja: "含まれていないもの: 監査ログ(--audit を付けたときだけ書き出すため)",
  });
});

test("each reason stands once, behind what it is of", () => {
  const manifest = manifestWith({ renewals: "not-permitted", answers: "not-permitted", "ade-server": "not-supported" });
  expect(missingFrom(manifest)?.en).toBe(
    "not in the bundle: ADE: MDM server and token (the tenant does not have it); renewals, what only people know (whoever exported it may not see that)",
  );
});

test("what an option leaves out is told with the option", () => {
  expect(missingFrom(manifestWith({ devices: "left-out" }, { only: ["orgs", "users"] }))?.ja).toContain("--only");
  expect(missingFrom(manifestWith({ audit: "left-out" }, { scope: SCOPE }))?.ja).toContain("--scope");
});

test.each([
  ["users", {}, {}, "present"],
  ["users", { users: "empty" }, {}, "present"],
  ["renewals", { renewals: "not-permitted" }, {}, "not-permitted"],
  ["renewals", { renewals: "not-supported" }, {}, "not-supported"],
  ["renewals", { renewals: "left-out" }, { scope: SCOPE }, "out-of-scope"],
  ["renewals", { renewals: "left-out" }, { scope: SCOPE, only: ["users"] }, "not-chosen"],
  ["audit", { audit: "left-out" }, {}, "optional"],
] as const)("%s of %o with %o is %s", (name, states, more, presence) => {
  const manifest = manifestWith(states, { ...more, only: "only" in more ? [...more.only] : null });
  expect(presenceOf(manifest, name)).toBe(presence);
});

test("a resource that a manifest does not name is not supported", () => {
  expect(presenceOf({ ...manifestWith({}), resources: [] }, "users")).toBe("not-supported");
});

test("of some resources only those are named that are asked for", () => {
  const manifest = manifestWith({ renewals: "not-permitted", answers: "not-permitted" });
  expect(absentAmong(manifest, ["users", "renewals"])?.en).toBe("renewals (whoever exported it may not see that)");
  expect(absentAmong(manifest, ["users"])).toBeUndefined();
});

import { expect, test } from "vitest";
import { EMPTY_MANIFEST } from "#support/handover/bundles.ts";
import { RESOURCE_NAMES } from "../resources.ts";
import type { Manifest, ManifestResource } from "./manifest.ts";
import { describeAbsentResources, describeMissingContent, presenceOf } from "./presence.ts";

/** A manifest whose resources have all been exported, but for some. */
const manifestWith = (
  states: Readonly<Partial<Record<string, ManifestResource["state"]>>>,
  more: Partial<Manifest> = {},
): Manifest => ({
  ...EMPTY_MANIFEST,
  ...more,
  resources: RESOURCE_NAMES.map((name) => {
    const { [name]: state = "exported" } = states;
    return { name, state, records: 0, sha256: null, leftOut: [] };
  }),
});

const SCOPE = { id: "019a9f3c-5a00-7abc-8def-000000000001", path: "営業部" };

test("a complete bundle lacks nothing", () => {
  expect(describeMissingContent(manifestWith({ users: "empty" }))).toBeUndefined();
});

test("lists each reason once, after the resources it applies to", () => {
  const manifest = manifestWith({ renewals: "not-permitted", answers: "not-permitted", "ade-server": "not-supported" });
  expect(describeMissingContent(manifest)?.en).toBe(
    "not in the bundle: ADE: MDM server and token (not supported by the tenant); renewal items, answers to the checklist (not visible to the person who exported the bundle)",
  );
});

test("names the option that omitted a resource", () => {
  expect(describeMissingContent(manifestWith({ devices: "left-out" }, { only: ["orgs", "users"] }))?.ja).toContain(
    "--only",
  );
  expect(describeMissingContent(manifestWith({ answers: "left-out" }, { scope: SCOPE }))?.ja).toContain("--scope");
});

test.each([
  ["users", {}, {}, "present"],
  ["users", { users: "empty" }, {}, "present"],
  ["renewals", { renewals: "not-permitted" }, {}, "not-permitted"],
  ["renewals", { renewals: "not-supported" }, {}, "not-supported"],
  ["renewals", { renewals: "left-out" }, { scope: SCOPE }, "out-of-scope"],
  ["renewals", { renewals: "left-out" }, { scope: SCOPE, only: ["users"] }, "not-chosen"],
] as const)("%s with %o and %o is %s", (name, states, more, presence) => {
  const manifest = manifestWith(states, { ...more, only: "only" in more ? [...more.only] : null });
  expect(presenceOf(manifest, name)).toBe(presence);
});

test("a resource that is missing from the manifest is not supported", () => {
  expect(presenceOf({ ...manifestWith({}), resources: [] }, "users")).toBe("not-supported");
});

test("lists only the requested resources", () => {
  const manifest = manifestWith({ renewals: "not-permitted", answers: "not-permitted" });
  expect(describeAbsentResources(manifest, ["users", "renewals"])?.en).toBe(
    "renewal items (not visible to the person who exported the bundle)",
  );
  expect(describeAbsentResources(manifest, ["users"])).toBeUndefined();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { determineApplicability, EXPECTED_RENEWAL_KINDS, type DecidingField } from "./applicability.ts";
import { EMPTY_TENANT_PROFILE, type TenantProfile } from "../nouns/tenant.ts";

const of = (said: Partial<TenantProfile>): TenantProfile => ({ ...EMPTY_TENANT_PROFILE, ...said });

describe("what applies depends on what the tenant uses", () => {
  test.each([
    ["push-certificate", { ios: true }, true],
    ["push-certificate", { macos: true, ios: false }, true],
    ["push-certificate", { ade: true }, true],
    ["push-certificate", { ios: false, macos: false }, false],
    ["ade-token", { ios: true, ade: true }, true],
    ["ade-token", { ios: true, ade: false }, false],
    ["ade-token", { ios: false, macos: false }, false],
    ["vpp-token", { macos: true, vpp: true }, true],
    ["vpp-token", { ios: true, vpp: false }, false],
    ["android-owner", { android: true, androidAccounts: "google-play" }, true],
    ["android-owner", { androidAccounts: "google-play" }, true],
    // facts 7.3: a Workspace domain instead of one Gmail account
    ["android-owner", { android: true, androidAccounts: "workspace" }, false],
    ["android-owner", { android: true, androidAccounts: "none" }, false],
    ["android-owner", { android: false }, false],
  ] as const)("%s with %j: %s", (kind, said, applies) => {
    expect(determineApplicability(of(said), kind)).toEqual({ applies, unsaid: [] });
  });

  test.each([
    ["push-certificate", {}, ["ios", "macos"]],
    ["push-certificate", { ios: false }, ["macos"]],
    ["ade-token", {}, ["ios", "macos"]],
    ["ade-token", { ios: true }, ["ade"]],
    ["vpp-token", { ios: true, ade: true }, ["vpp"]],
    ["android-owner", { ios: true }, ["android"]],
    ["android-owner", { android: true }, ["androidAccounts"]],
  ] as const)("%s with %j is unknown, %j is asked for, and the result is never no", (kind, said, unsaid) => {
    expect(determineApplicability(of(said), kind)).toEqual({ applies: null, unsaid });
  });
});

const said = fc.record({
  ios: fc.constantFrom(true, false, null),
  macos: fc.constantFrom(true, false, null),
  ade: fc.constantFrom(true, false, null),
  vpp: fc.constantFrom(true, false, null),
  android: fc.constantFrom(true, false, null),
  androidAccounts: fc.constantFrom("google-play", "workspace", "none", null),
});

test("answers lead to a result in a few steps, and known facts are never asked for again", () => {
  fc.assert(
    fc.property(said, fc.infiniteStream(fc.boolean()), (begun, answers) => {
      for (const kind of EXPECTED_RENEWAL_KINDS) {
        const tenant = of(begun);
        for (let step = 0; step < 4; step += 1) {
          const { applies, unsaid } = determineApplicability(tenant, kind);
          expect(unsaid.length > 0).toBe(applies === null);
          for (const field of unsaid) {
            expect(tenant[field]).toBeNull();
            Object.assign(tenant, { [field]: answer(field, answers.next().value === true) });
          }
        }
        expect(determineApplicability(tenant, kind).applies).not.toBeNull();
      }
    }),
  );
});

const answer = (field: DecidingField, yes: boolean): unknown => (field === "androidAccounts" ? "google-play" : yes);

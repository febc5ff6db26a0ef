import type { Ade, AdeProfile, AdeProfileWork } from "../../../../src/lib/client/index.ts";
import { example } from "../tenant.ts";

/** The ADE state of a tenant whose endpoint is a simulator. */
export const SIMULATED_ADE = example<Ade>("ade");

/** The ADE state of a tenant whose endpoint is Apple. */
export const ADE_AT_APPLE: Ade = {
  ...SIMULATED_ADE,
  endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" },
};

export const [PROFILE] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;

/** The requests that every command sends to the tenant before its own requests. */
export const LOOKUP_REQUESTS = [{ operation: "ade" }, { operation: "adeProfiles" }];

/** Builds the response to an assignment from the results of the devices, by serial number. */
export function buildAssignmentResponse(
  results: Readonly<Record<string, AdeProfileWork["results"][number]["result"]>>,
  change: Partial<AdeProfileWork> = {},
): AdeProfileWork {
  const all = Object.entries(results);
  const count = (which: string): number => all.filter(([, result]) => result === which).length;
  return {
    ...example<AdeProfileWork>("assignAdeProfile"),
    devices: all.length,
    success: count("SUCCESS"),
    notAccessible: count("NOT_ACCESSIBLE"),
    failed: count("FAILED"),
    throttled: count("THROTTLED"),
    results: all.map(([serialNumber, result]) => ({ serialNumber, result })),
    ...change,
  };
}

import type { Ade, AdeProfile, AdeProfileWork } from "../../../../src/lib/client/index.ts";
import { example } from "../tenant.ts";

/** A tenant whose endpoint is a simulator. */
export const ADE = example<Ade>("ade");

/** One whose endpoint is Apple. */
export const AT_APPLE: Ade = { ...ADE, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" } };

export const [PROFILE] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;

/** That the tenant was asked for what every command needs. */
export const LOOKED_UP = [{ operation: "ade" }, { operation: "adeProfiles" }];

/** What became of devices: by serial number. */
export function workOf(
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

import { line, type CommandLine } from "../advice/index.ts";
import type { RenewalKind } from "./renewal.ts";
import type { TenantProfile, Use } from "./tenant.ts";

/** What is expected of a tenant by what it uses. */
export const EXPECTED_KINDS = [
  "push-certificate",
  "ade-token",
  "vpp-token",
  "android-owner",
] as const satisfies readonly RenewalKind[];

export type ExpectedKind = (typeof EXPECTED_KINDS)[number];

/** A field of a tenant by which it is known what applies. */
export type DecidingField = Use | "androidAccounts";

/** Returns the command that says what is used, with the answers to choose from: `clomoctl tenant set --ade yes/no`. */
export const sayUses = (fields: readonly DecidingField[]): CommandLine => {
  const answers = Object.fromEntries(fields.map((field) => [field, "yes/no"])) as Partial<Record<Use, "yes/no">>;
  return line("tenant set", [], {
    ...answers,
    androidAccounts: fields.includes("androidAccounts") ? "google-play/workspace/none" : undefined,
  });
};

/** Whether something applies to a tenant. */
export interface Applicability {
  /** null: not known, as nobody has said what {@link Applicability.unsaid} names; never taken as no */
  readonly applies: boolean | null;
  /** what to ask next; empty where it is known */
  readonly unsaid: readonly DecidingField[];
}

const known = (applies: boolean): Applicability => ({ applies, unsaid: [] });

const ask = (...unsaid: readonly DecidingField[]): Applicability => ({ applies: null, unsaid });

/**
 * Whether something that has to be renewed or handed over applies to a tenant, by what it uses. The push certificate is
 * one for iOS and macOS, which ADE and VPP are for.
 *
 * @see facts 3.1, 3.5, 3.6 and 7.3: with Google Workspace there is no Gmail account to keep
 */
export function appliesTo(tenant: TenantProfile, kind: ExpectedKind): Applicability {
  const apple = appleIn(tenant);
  if (kind === "push-certificate") return apple;
  if (kind === "android-owner") return androidOwnerIn(tenant);
  if (apple.applies !== true) return apple;
  const use = kind === "ade-token" ? "ade" : "vpp";
  const { [use]: used } = tenant;
  return used === null ? ask(use) : known(used);
}

const appleIn = ({ ios, macos, ade, vpp }: TenantProfile): Applicability => {
  if ([ios, macos, ade, vpp].includes(true)) return known(true);
  if (ios === false && macos === false) return known(false);
  return ask(...(ios === null ? (["ios"] as const) : []), ...(macos === null ? (["macos"] as const) : []));
};

const androidOwnerIn = ({ android, androidAccounts }: TenantProfile): Applicability => {
  if (android === false) return known(false);
  if (androidAccounts !== null) return known(androidAccounts === "google-play");
  return ask(android === null ? "android" : "androidAccounts");
};

import { line, type CommandLine } from "../advice/index.ts";
import type { RenewalKind, RenewalItem } from "../nouns/renewal.ts";
import type { TenantProfile, UsageName } from "../nouns/tenant.ts";
import { TYPES_BY_FORMAT, type PanelKind } from "../nouns/index.ts";
import type { Fields } from "../model/thing.ts";

export const EXPECTED_RENEWAL_KINDS = [
  "push-certificate",
  "ade-token",
  "vpp-token",
  "android-owner",
] as const satisfies readonly RenewalKind[];

export type ExpectedRenewalKind = (typeof EXPECTED_RENEWAL_KINDS)[number];

export type DecidingField = UsageName | "androidAccounts";

/** Returns a command with the possible values: `clomoctl tenant set --ade yes/no`. */
export const buildUsageCommand = (fields: readonly DecidingField[]): CommandLine => {
  const answers = Object.fromEntries(fields.map((field) => [field, "yes/no"])) as Partial<Record<UsageName, "yes/no">>;
  return line("tenant set", [], {
    ...answers,
    androidAccounts: fields.includes("androidAccounts") ? "google-play/workspace/none" : undefined,
  });
};

export interface Applicability {
  /** null if the answer is unknown; null must not be treated as false */
  readonly applies: boolean | null;
  readonly unsaid: readonly DecidingField[];
}

const createKnownApplicability = (applies: boolean): Applicability => ({ applies, unsaid: [] });

const createUnknownApplicability = (...unsaid: readonly DecidingField[]): Applicability => ({ applies: null, unsaid });

/** ADE and VPP imply Apple devices. Google Workspace needs no Gmail account. @see facts 3.1, 3.5, 3.6, 7.3 */
export function determineApplicability(tenant: TenantProfile, kind: ExpectedRenewalKind): Applicability {
  const apple = determineAppleApplicability(tenant);
  if (kind === "push-certificate") return apple;
  if (kind === "android-owner") return determineAndroidApplicability(tenant);
  if (apple.applies !== true) return apple;
  const use = kind === "ade-token" ? "ade" : "vpp";
  const { [use]: used } = tenant;
  return used === null ? createUnknownApplicability(use) : createKnownApplicability(used);
}

export const needsRenewals = (tenant: TenantProfile | undefined): boolean | null => {
  const all = EXPECTED_RENEWAL_KINDS.map((kind) => tenant && determineApplicability(tenant, kind).applies);
  if (all.includes(true)) return true;
  return all.every((applies) => applies === false) ? false : null;
};

const determineAppleApplicability = ({ ios, macos, ade, vpp }: TenantProfile): Applicability => {
  if ([ios, macos, ade, vpp].includes(true)) return createKnownApplicability(true);
  if (ios === false && macos === false) return createKnownApplicability(false);
  return createUnknownApplicability(
    ...(ios === null ? (["ios"] as const) : []),
    ...(macos === null ? (["macos"] as const) : []),
  );
};

const determineAndroidApplicability = ({ android, androidAccounts }: TenantProfile): Applicability => {
  if (android === false) return createKnownApplicability(false);
  if (androidAccounts !== null) return createKnownApplicability(androidAccounts === "google-play");
  return createUnknownApplicability(android === null ? "android" : "androidAccounts");
};

export const buildEndCommand = ({ noun, key }: NonNullable<RenewalItem["record"]>): CommandLine => {
  const { collection, fields }: { readonly collection: PanelKind; readonly fields: Fields } =
    TYPES_BY_FORMAT[noun as PanelKind];
  const end = Object.keys(fields).find((name) => fields[name]?.ends !== undefined) ?? "";
  return line(`${collection} edit`, [key], { [end]: "DATE" });
};

import {
  determineApplicability,
  EXPECTED_RENEWAL_KINDS,
  type DecidingField,
  type ExpectedRenewalKind,
} from "../model/applies.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";

/** The kinds of items that are missing from the records of a tenant, judged by what the tenant uses. */
export interface ExpectedRecords {
  /** kinds that the tenant needs but that are not recorded */
  readonly missing: readonly ExpectedRenewalKind[];
  /** kinds that are not recorded; whether the tenant needs them is not recorded either */
  readonly doubtful: readonly ExpectedRenewalKind[];
  /** fields of the tenant that decide whether the tenant needs the doubtful kinds, without duplicates */
  readonly unsaid: readonly DecidingField[];
}

/**
 * Returns the kinds that should be recorded for a tenant but are not, and the fields that would settle the doubtful
 * ones. A recorded kind is never returned, even if the tenant is recorded as not using it.
 */
export function findExpectedRecords(
  tenant: TenantProfile,
  items: readonly { readonly kind: RenewalKind | null }[],
): ExpectedRecords {
  const absent = EXPECTED_RENEWAL_KINDS.filter((kind) => items.every((item) => item.kind !== kind));
  const judged = absent.map((kind) => ({ kind, ...determineApplicability(tenant, kind) }));
  const kindsWhere = (applies: boolean | null): readonly ExpectedRenewalKind[] =>
    judged.filter((one) => one.applies === applies).map(({ kind }) => kind);
  return {
    missing: kindsWhere(true),
    doubtful: kindsWhere(null),
    unsaid: [...new Set(judged.flatMap(({ unsaid }) => unsaid))],
  };
}

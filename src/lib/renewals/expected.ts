import { determineApplicability, EXPECTED_RENEWAL_KINDS, type ExpectedRenewalKind } from "../model/applies.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";

/** Returns the kinds that a tenant needs but that are not recorded, judged by what the tenant uses. */
export const findExpectedRecords = (
  tenant: TenantProfile,
  items: readonly { readonly kind: RenewalKind | null }[],
): { readonly missing: readonly ExpectedRenewalKind[] } => ({
  missing: EXPECTED_RENEWAL_KINDS.filter(
    (kind) => items.every((item) => item.kind !== kind) && determineApplicability(tenant, kind).applies === true,
  ),
});

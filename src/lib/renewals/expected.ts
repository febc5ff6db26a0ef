import { appliesTo, EXPECTED_KINDS, type DecidingField, type ExpectedKind } from "../model/applies.ts";
import type { RenewalKind } from "../model/renewal.ts";
import type { TenantProfile } from "../model/tenant.ts";

/** What the records of a tenant lack, by what it uses. */
export interface ExpectedRecords {
  /** applies, and is not recorded */
  readonly missing: readonly ExpectedKind[];
  /** nobody knows whether these apply, and none is recorded */
  readonly doubtful: readonly ExpectedKind[];
  /** what has to be said of the tenant for that, each once */
  readonly unsaid: readonly DecidingField[];
}

/** What should be recorded of a tenant and is not, and what to ask to know it. What is recorded applies, whatever was said. */
export function expectedOf(
  tenant: TenantProfile,
  items: readonly { readonly kind: RenewalKind | null }[],
): ExpectedRecords {
  const absent = EXPECTED_KINDS.filter((kind) => items.every((item) => item.kind !== kind));
  const judged = absent.map((kind) => ({ kind, ...appliesTo(tenant, kind) }));
  const kindsWhere = (applies: boolean | null): readonly ExpectedKind[] =>
    judged.filter((one) => one.applies === applies).map(({ kind }) => kind);
  return {
    missing: kindsWhere(true),
    doubtful: kindsWhere(null),
    unsaid: [...new Set(judged.flatMap(({ unsaid }) => unsaid))],
  };
}

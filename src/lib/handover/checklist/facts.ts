import type { Answer } from "../../model/answer.ts";
import type { TenantProfile } from "../../model/tenant.ts";
import type { RecordOf } from "../../model/thing.ts";
import type { Rejection } from "../../renewals/judge.ts";
import type { RESOURCES, ResourceName } from "../resources.ts";

type BundledRecord<N extends ResourceName> = RecordOf<(typeof RESOURCES)[N]["fields"]>;

export type Administrator = BundledRecord<"administrators">;
export type Renewal = BundledRecord<"renewals"> & { readonly rejection?: Rejection | undefined };
export type AdeServerFacts = BundledRecord<"ade-server">;

/** The facts from which the checklist is built. They come from a tenant's API or from a bundle. */
export interface HandoverFacts {
  readonly tenant: TenantProfile;
  readonly administrators: readonly Administrator[];
  readonly renewals: readonly Renewal[];
  readonly adeServer: AdeServerFacts | null;
  readonly answers: readonly Answer[];
}

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const compareById = (one: { readonly id: string }, other: { readonly id: string }): number =>
  compareTexts(one.id, other.id);

/**
 * Sorts facts into the same order whatever their source is. The first match and the number of a step are therefore the
 * same in a report and in the tenant, and do not change when a date passes another date.
 */
export const sortFacts = (facts: HandoverFacts): HandoverFacts => ({
  ...facts,
  administrators: facts.administrators.toSorted(compareById),
  renewals: facts.renewals.toSorted(compareById),
  answers: facts.answers.toSorted(
    (one, other) => compareTexts(one.question, other.question) || compareTexts(one.subject, other.subject),
  ),
});

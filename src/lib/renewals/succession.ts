import type { SuccessorEvidence, Renewable } from "../apple/index.ts";
import { codeKey, toNfkcKey } from "../model/normalise.ts";
import type { ExpiringItem } from "../model/renewal.ts";

/**
 * The data in a file that show which item the file renews. Two files of the same item in different years have the same
 * lineage.
 */
export interface Lineage extends Pick<ExpiringItem, "kind" | "name" | "organisation" | "topic"> {
  readonly evidence: SuccessorEvidence;
}

/**
 * Whether two files belong to the same item in different years. `likely`: the compared data are the same, apart from
 * data that can change; `unclear`: the files do not contain enough data.
 */
export type LineageRelation = "same" | "likely" | "different" | "unclear";

type LineageWithEvidence<K extends SuccessorEvidence["of"]> = Lineage & {
  readonly evidence: Extract<SuccessorEvidence, { of: K }>;
};

const hasEvidence = <K extends SuccessorEvidence["of"]>(one: Lineage, of: K): one is LineageWithEvidence<K> =>
  one.evidence.of === of;

export const lineageOf = ({ expiring: { kind, name, organisation, topic }, evidence }: Renewable): Lineage => ({
  kind,
  name,
  organisation,
  topic,
  evidence,
});

/**
 * Compares the lineages of two files.
 *
 * @see facts 3.4, 3.5
 */
export function compareLineages(one: Lineage, other: Lineage): LineageRelation {
  if (hasEvidence(one, "certificate") && hasEvidence(other, "certificate")) return compareTopics(one, other);
  if (hasEvidence(one, "ade-token") && hasEvidence(other, "ade-token"))
    return compareServerTokens(one.evidence, other.evidence);
  if (hasEvidence(one, "vpp-token") && hasEvidence(other, "vpp-token")) return compareContentTokens(one, other);
  return compareNames(one, other);
}

/** Compares two values; `unclear` if a value is not known. */
const compareNullable = (one: string | null, other: string | null): LineageRelation =>
  one === null || other === null ? "unclear" : one === other ? "same" : "different";

/**
 * Compares kinds and names. If they are the same, the result is `unclear`, because certificates with the same name may
 * be one certificate in different years or two different certificates.
 */
const compareNames = (one: Lineage, other: Lineage): LineageRelation =>
  one.kind === other.kind && codeKey(one.name) === codeKey(other.name) ? "unclear" : "different";

function compareTopics(
  one: LineageWithEvidence<"certificate">,
  other: LineageWithEvidence<"certificate">,
): LineageRelation {
  if (one.topic === null && other.topic === null) return compareNames(one, other);
  return one.topic === other.topic ? compareIssuers(one.evidence, other.evidence) : "different";
}

function compareIssuers(
  one: LineageWithEvidence<"certificate">["evidence"],
  other: LineageWithEvidence<"certificate">["evidence"],
): LineageRelation {
  if (one.issuer.name === other.issuer.name) return "same";
  return one.issuer.namesApple && other.issuer.namesApple ? "likely" : "unclear";
}

/**
 * Compares the consumer keys, recipients and names of server tokens. A server can be renamed at Apple, and servers of
 * several customers may have the same name, but servers with different names may share a key. Another administrator of
 * the same server has another consumer key.
 *
 * @see apple 1
 */
function compareServerTokens(
  one: LineageWithEvidence<"ade-token">["evidence"],
  other: LineageWithEvidence<"ade-token">["evidence"],
): LineageRelation {
  const [consumer, recipient] = [
    compareNullable(one.consumer, other.consumer),
    compareNullable(one.recipient, other.recipient),
  ];
  if (consumer === "same" || recipient === "different") return consumer === "same" ? "same" : "different";
  if (consumer === "different") return "unclear";
  return recipient === "same" && compareNullable(one.server, other.server) === "different" ? "likely" : recipient;
}

/**
 * Compares organisations and locations. Apple replaces full-width characters with `_`, so a location that contains `_`
 * is not compared.
 */
function compareContentTokens(
  one: LineageWithEvidence<"vpp-token">,
  other: LineageWithEvidence<"vpp-token">,
): LineageRelation {
  const organisation = compareNullable(toNullableWidthKey(one.organisation), toNullableWidthKey(other.organisation));
  const location = compareLocations(one.evidence.location, other.evidence.location);
  if (organisation === "different" || location === "different") return "different";
  return organisation === "same" ? location : "unclear";
}

function compareLocations(one: string | null, other: string | null): LineageRelation {
  const relation = compareNullable(toNullableWidthKey(one), toNullableWidthKey(other));
  return relation === "same" && toNullableWidthKey(one)?.includes("_") === true ? "unclear" : relation;
}

const toNullableWidthKey = (name: string | null): string | null => (name === null ? null : toNfkcKey(name));

/** Returns true if the first of two files for the same item is newer, because it expires later. */
export const isNewerFile = (
  one: { readonly expiresAt: string | null },
  other: { readonly expiresAt: string | null },
): boolean => Date.parse(one.expiresAt ?? "") > Date.parse(other.expiresAt ?? "");

/** Returns the newest file if all files belong to the same item, otherwise undefined. */
export function findNewestFile(files: readonly Renewable[]): Renewable | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  const lineage = lineageOf(first);
  if (others.some((other) => compareLineages(lineage, lineageOf(other)) !== "same")) return undefined;
  return others.reduce((newest, other) => (isNewerFile(other.expiring, newest.expiring) ? other : newest), first);
}

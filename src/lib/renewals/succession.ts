import type { Evidence, Renewable } from "../apple/index.ts";
import { codeKey, widthKey } from "../model/normalise.ts";
import type { ExpiringItem } from "../model/renewal.ts";

/** What a file tells of the thing that it is one year's file of. */
export interface Lineage extends Pick<ExpiringItem, "kind" | "name" | "organisation" | "topic"> {
  readonly evidence: Evidence;
}

/**
 * Whether two files are the same thing in different years. `likely`: what was compared is the same, but for something that can
 * change; `unclear`: the files do not tell.
 */
export type Relation = "same" | "likely" | "different" | "unclear";

type LineageOf<K extends Evidence["of"]> = Lineage & { readonly evidence: Extract<Evidence, { of: K }> };

const isOf = <K extends Evidence["of"]>(one: Lineage, of: K): one is LineageOf<K> => one.evidence.of === of;

/** Returns what a renewable tells of its lineage. */
export const lineageOf = ({ expiring: { kind, name, organisation, topic }, evidence }: Renewable): Lineage => ({
  kind,
  name,
  organisation,
  topic,
  evidence,
});

/**
 * Compares what two files tell of what they renew.
 *
 * @see facts 3.4, 3.5
 */
export function relationOf(one: Lineage, other: Lineage): Relation {
  if (isOf(one, "certificate") && isOf(other, "certificate")) return compareTopics(one, other);
  if (isOf(one, "ade-token") && isOf(other, "ade-token")) return compareServerTokens(one.evidence, other.evidence);
  if (isOf(one, "vpp-token") && isOf(other, "vpp-token")) return compareContentTokens(one, other);
  return compareNames(one, other);
}

/** Whether two values differ, or are known to be one; `unclear` if one of them is not known. */
const compare = (one: string | null, other: string | null): Relation =>
  one === null || other === null ? "unclear" : one === other ? "same" : "different";

/** Two certificates of one name may be two years of one, or two of many that are called so. */
const compareNames = (one: Lineage, other: Lineage): Relation =>
  one.kind === other.kind && codeKey(one.name) === codeKey(other.name) ? "unclear" : "different";

function compareTopics(one: LineageOf<"certificate">, other: LineageOf<"certificate">): Relation {
  if (one.topic === null && other.topic === null) return compareNames(one, other);
  return one.topic === other.topic ? compareIssuers(one.evidence, other.evidence) : "different";
}

/** Anybody can write any topic, but not sign as the authority that signed last year's certificate. */
function compareIssuers(
  one: LineageOf<"certificate">["evidence"],
  other: LineageOf<"certificate">["evidence"],
): Relation {
  const signatures = [one.signature, other.signature];
  if (signatures.includes("forged")) return "unclear";
  const isSame = one.issuer.name === other.issuer.name && one.issuer.keyId === other.issuer.keyId;
  if (isSame || signatures.every((signature) => signature === "verified")) return "same";
  return one.issuer.namesApple && other.issuer.namesApple ? "likely" : "unclear";
}

/**
 * A server's name can be changed at Apple, and servers of several customers may have one name; but servers of two names may
 * have one key. Another administrator of the same server has another consumer key.
 *
 * @see apple 1
 */
function compareServerTokens(
  one: LineageOf<"ade-token">["evidence"],
  other: LineageOf<"ade-token">["evidence"],
): Relation {
  const [consumer, recipient] = [compare(one.consumer, other.consumer), compare(one.recipient, other.recipient)];
  if (consumer === "same" || recipient === "different") return consumer === "same" ? "same" : "different";
  if (consumer === "different") return "unclear";
  return recipient === "same" && compare(one.server, other.server) === "different" ? "likely" : recipient;
}

/** Apple writes every full-width character of a location as `_`. */
function compareContentTokens(one: LineageOf<"vpp-token">, other: LineageOf<"vpp-token">): Relation {
  const organisation = compare(wide(one.organisation), wide(other.organisation));
  const location = compareLocations(one.evidence.location, other.evidence.location);
  if (organisation === "different" || location === "different") return "different";
  return organisation === "same" ? location : "unclear";
}

function compareLocations(one: string | null, other: string | null): Relation {
  const relation = compare(wide(one), wide(other));
  return relation === "same" && wide(one)?.includes("_") === true ? "unclear" : relation;
}

const wide = (name: string | null): string | null => (name === null ? null : widthKey(name));

/** Whether one of two files of an identity is the newer: it ends later. */
export const isNewer = (
  one: { readonly expiresAt: string | null },
  other: { readonly expiresAt: string | null },
): boolean => Date.parse(one.expiresAt ?? "") > Date.parse(other.expiresAt ?? "");

/** The file that counts if all of them are the same thing; undefined if they are not. */
export function newestOf(files: readonly Renewable[]): Renewable | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  const lineage = lineageOf(first);
  if (others.some((other) => relationOf(lineage, lineageOf(other)) !== "same")) return undefined;
  return others.reduce((newest, other) => (isNewer(other.expiring, newest.expiring) ? other : newest), first);
}

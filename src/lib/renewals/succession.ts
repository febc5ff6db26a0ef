import type { Renewable } from "../apple/index.ts";

/**
 * What stays the same when a certificate or token is renewed; null if the file does not tell. Two files of one identity are
 * the same thing in different years.
 *
 * A server token needs its recipient too, as servers of several customers may have one name. A location with `_` has none:
 * Apple writes every full-width character so.
 *
 * @see facts 3.4, 3.5
 */
export function identityOf({ expiring: { topic, organisation }, evidence }: Renewable): string | null {
  switch (evidence.of) {
    case "certificate":
      return topic;
    case "ade-token":
      return keyOf(evidence.of, evidence.server, evidence.recipient);
    case "vpp-token":
      return evidence.location?.includes("_") === true ? null : keyOf(evidence.of, organisation, evidence.location);
    case "provisioning-profile":
      return null;
  }
}

const keyOf = (...parts: readonly (string | null)[]): string | null =>
  parts.includes(null) ? null : JSON.stringify(parts);

/** Whether one of two files of an identity is the newer: it ends later. */
export const isNewer = (
  one: { readonly expiresAt: string | null },
  other: { readonly expiresAt: string | null },
): boolean => Date.parse(one.expiresAt ?? "") > Date.parse(other.expiresAt ?? "");

/** The file that counts if all of them have one identity; undefined if they do not. */
export function newestOf(files: readonly Renewable[]): Renewable | undefined {
  const [first, ...others] = files;
  if (first === undefined) return undefined;
  const identity = identityOf(first);
  if (others.some((other) => identity === null || identityOf(other) !== identity)) return undefined;
  return others.reduce((newest, other) => (isNewer(other.expiring, newest.expiring) ? other : newest), first);
}

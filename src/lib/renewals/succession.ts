import type { SuccessorEvidence, Renewable } from "../apple/index.ts";
import { toNfkcKey } from "../model/normalise.ts";
import type { ExpiringItem } from "../model/renewal.ts";

/** The data in a file that show which item the file renews. */
export interface Lineage extends Pick<ExpiringItem, "kind" | "name" | "organisation" | "topic"> {
  readonly evidence: SuccessorEvidence;
}

export const lineageOf = ({ expiring: { kind, name, organisation, topic }, evidence }: Renewable): Lineage => ({
  kind,
  name,
  organisation,
  topic,
  evidence,
});

/**
 * Returns the same value for two files only if they certainly belong to the same item in different years: a push
 * certificate of one topic and issuer, a server token of one consumer key, or else of one encryption key and server, or
 * a content token of one organisation and location. Apple replaces full-width characters in a location with `_`, so
 * such a location does not identify a token. Undefined if the file does not show enough.
 *
 * @see facts 3.4, 3.5
 */
export function identityOf({ kind, organisation, topic, evidence }: Lineage): string | undefined {
  const parts = listIdentityParts({ organisation, topic, evidence });
  return parts.includes(null) ? undefined : JSON.stringify([kind, ...parts]);
}

function listIdentityParts({ organisation, topic, evidence }: Omit<Lineage, "kind" | "name">): (string | null)[] {
  switch (evidence.of) {
    case "certificate":
      return [topic, evidence.issuer.name];
    case "ade-token":
      return evidence.consumer === null ? [evidence.recipient, evidence.server] : [evidence.consumer];
    case "vpp-token": {
      const [place, at] = [organisation, evidence.location].map((name) => (name === null ? null : toNfkcKey(name)));
      return [place ?? null, at === undefined || at?.includes("_") === true ? null : at];
    }
    case "provisioning-profile":
      return [null];
  }
}

/** Returns true if the first of two files for the same item is newer, because it expires later. */
export const isNewerFile = (
  one: { readonly expiresAt: string | null },
  other: { readonly expiresAt: string | null },
): boolean => Date.parse(one.expiresAt ?? "") > Date.parse(other.expiresAt ?? "");

/** Returns the newest file if all files belong to the same item, otherwise undefined. */
export function findNewestFile(files: readonly Renewable[]): Renewable | undefined {
  const [first, ...others] = files;
  if (first === undefined || others.length === 0) return first;
  const identity = identityOf(lineageOf(first));
  if (identity === undefined || others.some((other) => identityOf(lineageOf(other)) !== identity)) return undefined;
  return others.reduce((newest, other) => (isNewerFile(other.expiring, newest.expiring) ? other : newest), first);
}

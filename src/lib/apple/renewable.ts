import { createHash } from "node:crypto";
import { Failure } from "../errors/index.ts";
import type { ExpiringItem } from "../nouns/renewal.ts";
import type { Text } from "../text/index.ts";

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The issuer's name alone proves nothing, because anybody can write a name. */
export interface Issuer {
  readonly name: string;
  readonly namesApple: boolean;
}

export type SuccessorEvidence =
  | {
      readonly of: "certificate";
      readonly issuer: Issuer;
      readonly publicKey: string | null;
    }
  | {
      readonly of: "ade-token";
      /** name of the MDM server in Apple's portal, from the file name */
      readonly server: string | null;
      /** SHA-256 of the consumer key, which a renewal does not change; null if unknown */
      readonly consumer: string | null;
      /** issuer and serial number of the certificate for which the token is encrypted; null if unknown */
      readonly recipient: string | null;
      /** name of the key file that decrypted the token; null if none did */
      readonly key: string | null;
    }
  | {
      readonly of: "vpp-token";
      /** location in Apple's portal, from the file name */
      readonly location: string | null;
    }
  | { readonly of: "provisioning-profile" };

export interface Renewable {
  readonly expiring: ExpiringItem;
  readonly evidence: SuccessorEvidence;
}

export interface RenewableReadResult {
  readonly renewables: readonly Renewable[];
  readonly broken: readonly Text[];
}

export const fingerprintOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Omits the cause, because parser errors quote secret tokens. */
export const createRejectedFileFailure = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

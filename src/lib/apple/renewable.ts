import { createHash } from "node:crypto";
import { Failure } from "../errors/index.ts";
import type { ExpiringItem } from "../model/renewal.ts";
import type { Text } from "../text/index.ts";

/** A file as it was found. */
export interface NamedFile {
  /** its name without folders; it tells what content cannot: the server, the place, the time of a download */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The authority that a certificate names as its issuer. Anybody can write any name: only the signature proves it. */
export interface Issuer {
  /** in one line: `CN=…, O=…` */
  readonly name: string;
  /** the organisation in the name is Apple Inc. */
  readonly namesApple: boolean;
  /** the authority key identifier in hexadecimal digits; null if the certificate has none */
  readonly keyId: string | null;
}

/**
 * `verified`: signed by a known authority of Apple. `forged`: names such an authority as its issuer, and its signature is
 * not that authority's. `unknown`: by an authority whose certificate the program does not have.
 */
export type AppleSignature = "verified" | "forged" | "unknown";

/** What tells whether one thing is the successor of another. */
export type Evidence =
  | {
      readonly of: "certificate";
      readonly issuer: Issuer;
      /** whether the signature is that of an authority of Apple whose certificate the program has */
      readonly signature: AppleSignature;
      /** SHA-256 of the public key (SPKI, DER) in hexadecimal digits; null where Node does not know its algorithm */
      readonly publicKey: string | null;
    }
  | {
      readonly of: "ade-token";
      /** the MDM server's name in Apple's portal, by the file's name */
      readonly server: string | null;
      /** SHA-256 of the consumer key, which stays when a token is renewed; null where no key of ours opens the token */
      readonly consumer: string | null;
      /** the certificate whose key can open the token, by issuer and serial number; null if the file does not name one */
      readonly recipient: string | null;
    }
  | {
      readonly of: "vpp-token";
      /** the place in Apple's portal, by the file's name */
      readonly location: string | null;
    }
  | { readonly of: "provisioning-profile" };

/** Something that expires, with what its successor is compared by. */
export interface Renewable {
  readonly expiring: ExpiringItem;
  readonly evidence: Evidence;
  /** made by `ade simulator`, as it says itself: never for Apple or a console */
  readonly simulated?: true | undefined;
}

/** What was read of a file, and why the rest of it was not. */
export interface ReadPartly {
  readonly renewables: readonly Renewable[];
  readonly broken: readonly Text[];
}

/** SHA-256 in lower-case hexadecimal digits. */
export const fingerprintOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** The refusal of a file. It carries no cause: parsers quote what they read, and tokens are secrets. */
export const rejected = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

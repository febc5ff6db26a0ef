import { text, type Text } from "../text/index.ts";

/** A larger file is refused: no certificate or token comes near to it, and no bundle of all public authorities. */
export const MOST_BYTES = 1024 * 1024;

/**
 * What has to be renewed, and by whose date.
 *
 * @see facts 3.1
 */
export const RENEWAL_KINDS = {
  "push-certificate": { name: text("MDM push certificate", "MDM プッシュ通知証明書") },
  "ade-token": { name: text("ADE server token", "ADE サーバートークン") },
  "vpp-token": { name: text("VPP content token", "VPP サービストークン") },
  "android-owner": { name: text("Android Enterprise owner account", "Android Enterprise 管理用 Gmail アカウント") },
  "agent-build-certificate": {
    name: text("Agent Enterprise for iOS build certificate", "Agent Enterprise for iOS ビルド用証明書"),
  },
  "agent-push-certificate": {
    name: text("Agent Enterprise for iOS push certificate", "Agent Enterprise for iOS プッシュ通知用証明書"),
  },
  "agent-profile": {
    name: text(
      "Agent Enterprise for iOS provisioning profile",
      "Agent Enterprise for iOS プロビジョニングプロファイル",
    ),
  },
  "device-certificate": { name: text("device certificate", "デバイス証明書") },
  certificate: { name: text("certificate", "証明書") },
  custom: { name: text("other date", "その他の期日") },
} as const satisfies Record<string, { readonly name: Text }>;

export type RenewalKind = keyof typeof RENEWAL_KINDS;

/** How sure an expiry is: read from the thing itself, derived (a file's name, a last login), or typed in. */
export type Certainty = "exact" | "estimated" | "typed";

/** Something that expires, as a file tells it. */
export interface Expiring {
  readonly kind: RenewalKind;
  /** what people call it: the subject's common name, the organisation, the file's name */
  readonly name: string;
  /** UTC instant */
  readonly expiresAt: string;
  /** UTC instant; null where it is not told */
  readonly validFrom: string | null;
  readonly certainty: Certainty;
  /** SHA-256 in lower-case hexadecimal digits: of the certificate's DER, or of the file for tokens */
  readonly fingerprint: string;
  /** a push certificate's topic (subject UID) */
  readonly topic: string | null;
  /** the organisation a token is for */
  readonly organisation: string | null;
}

import { text, type Text } from "../text/index.ts";

/** Maximum file size: far larger than any certificate or token, and than a bundle of all public authorities. */
export const MOST_BYTES = 1024 * 1024;

/**
 * The kinds of things to renew.
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

/** Certainty of an expiry: read from the thing itself, derived (a file's name, a last login), or typed in. */
export type Certainty = "exact" | "estimated" | "typed";

/** Names of {@link Certainty} for people. */
export const CERTAINTY_NAMES: Readonly<Record<Certainty, Text>> = {
  exact: text("exact", "確定"),
  estimated: text("estimated", "推定"),
  typed: text("entered by hand", "手入力"),
};

/** Something that expires, as read from a file. */
export interface Expiring {
  readonly kind: RenewalKind;
  /** its name for people: the subject's common name, the organisation, the file's name */
  readonly name: string;
  /** UTC instant */
  readonly expiresAt: string;
  /** UTC instant; null if unknown */
  readonly validFrom: string | null;
  readonly certainty: Certainty;
  /** SHA-256 in lower-case hexadecimal digits: of the certificate's DER, or of the file for tokens */
  readonly fingerprint: string;
  /** a push certificate's topic (subject UID) */
  readonly topic: string | null;
  /** the organisation a token is for */
  readonly organisation: string | null;
}

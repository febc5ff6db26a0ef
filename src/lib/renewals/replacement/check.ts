import type { Evidence, Renewable, SigningRequest } from "../../apple/index.ts";
import type { ExpiringItem } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import type { DatedItem } from "../judge.ts";

/** The names of the checks. */
export const CHECKS = {
  kind: text("kind", "種類"),
  file: text("different file", "別のファイル"),
  topic: text("topic", "トピック"),
  name: text("name", "名前"),
  expiry: text("later expiry", "期限の延長"),
  validity: text("valid now", "現在有効"),
  issuer: text("issuer", "発行者"),
  signature: text("signature", "署名"),
  "request-key": text("matches the CSR", "CSR ファイルとの一致"),
  "request-age": text("recent CSR", "CSR ファイルの新しさ"),
  server: text("MDM server", "MDM サーバ"),
  consumer: text("consumer key", "トークンの発行元(consumer key)"),
  key: text("encryption key", "暗号鍵"),
  "old-token": text("current token", "現在のトークン"),
  organisation: text("organisation", "組織"),
  location: text("location", "場所"),
  simulator: text("real", "本物"),
} as const satisfies Record<string, Text>;

/** `unknown`: not in the files. */
export type CheckOutcome = "good" | "warning" | "bad" | "unknown";

/** The result of one check. */
export interface Check {
  readonly id: keyof typeof CHECKS;
  readonly outcome: CheckOutcome;
  /** why, and what it would do */
  readonly what: Text;
}

/** Whether a file may take the place of another. */
export interface Judgement {
  /** no check is bad; what is left to check counts for the strict only */
  readonly safe: boolean;
  /** the checks of identity that did not end well: a person has to look at them before the upload */
  readonly leftToCheck: readonly Check["id"][];
  readonly checks: readonly Check[];
}

/** What is in use: its file, or the tenant's record. */
export interface Current {
  readonly expiring: Pick<DatedItem, keyof ExpiringItem>;
  /** absent where there is only a record */
  readonly evidence?: Evidence | undefined;
}

/** A signing request and what is known of its file. */
export interface RequestFile {
  readonly request: SigningRequest;
  /** when the file was last written; null where nobody knows */
  readonly writtenAt: Date | null;
}

/** The context of a judgement, besides the two files. */
export interface Circumstances {
  /** the request the new certificate should have been made from */
  readonly csr?: RequestFile | undefined;
  readonly now: Date;
  /** what is doubtful is bad, and nothing may be left to check */
  readonly strict: boolean;
  /** the endpoint of the tenant is a simulator: what that makes is taken there, and nowhere else */
  readonly simulator?: boolean | undefined;
  /** for the instants in the texts; an IANA name, Asia/Tokyo when absent */
  readonly timezone?: string | undefined;
}

/** Two things to compare, of one kind. */
export interface Comparison {
  readonly current: Current;
  readonly next: Renewable;
  readonly circumstances: Circumstances;
}

/** A rule; undefined where it does not apply to these files. */
export type CheckRule = (comparison: Comparison) => Check | undefined;

/** What is doubtful is bad for those who asked for strictness. */
export const doubtful = ({ strict }: Circumstances): CheckOutcome => (strict ? "bad" : "warning");

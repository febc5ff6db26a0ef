import type { SuccessorEvidence, Renewable, SigningRequest } from "../../apple/index.ts";
import type { ExpiringItem } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import type { DatedItem } from "../judge.ts";

export const CHECK_LABELS = {
  kind: text("kind", "種類"),
  file: text("different file", "別のファイル"),
  topic: text("topic", "トピック"),
  name: text("name", "名前"),
  expiry: text("later expiry", "期限の延長"),
  validity: text("valid now", "現在有効"),
  issuer: text("issuer", "発行者"),
  "request-key": text("matches the CSR", "CSR ファイルとの一致"),
  "request-age": text("age of the CSR", "CSR ファイルの新しさ"),
  server: text("MDM server", "MDM サーバ"),
  consumer: text("consumer key", "トークンの発行元(consumer key)"),
  key: text("encryption key", "暗号鍵"),
  "old-token": text("current token", "現在のトークン"),
  organisation: text("organisation", "組織"),
  location: text("location", "場所"),
} as const satisfies Record<string, Text>;

/** The outcome of a check; `unknown` if the files do not contain enough information. */
export type CheckOutcome = "good" | "warning" | "bad" | "unknown";

export interface Check {
  readonly id: keyof typeof CHECK_LABELS;
  readonly outcome: CheckOutcome;
  /** the reason, and the effect that an upload would have */
  readonly what: Text;
}

/** Whether a file may replace the file in use. */
export interface ReplacementJudgement {
  /** true if no check is bad; in strict mode, nothing may be left to check either */
  readonly safe: boolean;
  /** identity checks that ended as `unknown` or `warning`: a person has to check them before the upload */
  readonly leftToCheck: readonly Check["id"][];
  readonly checks: readonly Check[];
}

/** The item in use: its file, or its record in the tenant. */
export interface CurrentItem {
  readonly expiring: Pick<DatedItem, keyof ExpiringItem>;
  /** absent if there is only a record */
  readonly evidence?: SuccessorEvidence | undefined;
}

/** A certificate signing request (CSR) and the age of its file. */
export interface RequestFile {
  readonly request: SigningRequest;
  /** when the file was last written; null if that is not known */
  readonly writtenAt: Date | null;
}

/** The options of a judgement, in addition to the two files. */
export interface JudgementOptions {
  /** the CSR from which the new certificate should have been made */
  readonly csr?: RequestFile | undefined;
  readonly now: Date;
  /** true: a doubtful result counts as bad, and nothing may be left to check */
  readonly strict: boolean;
  /** IANA name of the time zone for times in the texts; Asia/Tokyo if absent */
  readonly timezone?: string | undefined;
}

/** The input of a check: the item in use and the new file, normally of the same kind. */
export interface Comparison {
  readonly current: CurrentItem;
  readonly next: Renewable;
  readonly circumstances: JudgementOptions;
}

/** A check of one aspect; returns undefined if the check does not apply to these files. */
export type CheckRule = (comparison: Comparison) => Check | undefined;

/** Returns the outcome of a doubtful result: bad in strict mode, otherwise a warning. */
export const toDoubtfulOutcome = ({ strict }: JudgementOptions): CheckOutcome => (strict ? "bad" : "warning");

import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { ExpectedRenewalKind } from "../../../lib/model/applies.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { text, type Text } from "../../../lib/text/index.ts";

export const buildAddLine = (kind: ExpectedRenewalKind): CommandLine =>
  line("renewals add", ["NAME"], { kind, ...(kind === "android-owner" ? { lastLogin: "DATE" } : { file: "FILE" }) });

export const describeMissingKind = (kind: ExpectedRenewalKind): Text => {
  const { en, ja } = RENEWAL_KINDS[kind];
  return text(`not recorded: ${en}`, `登録がありません: ${ja}`);
};

import { line, type CommandLine } from "../../../lib/advice/index.ts";
import { type DecidingField, type ExpectedRenewalKind } from "../../../lib/model/applies.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { TENANT } from "../../../lib/model/tenant.ts";
import { joinTexts, text, type Text } from "../../../lib/text/index.ts";

export const buildAddLine = (kind: ExpectedRenewalKind): CommandLine =>
  line("renewals add", ["NAME"], { kind, ...(kind === "android-owner" ? { lastLogin: "DATE" } : { file: "FILE" }) });

/** Describes what is not recorded about the services that a tenant uses, such as `use of iOS, ADE`. */
export const describeUnknownUse = (fields: readonly DecidingField[]): Text => {
  const names = joinTexts(
    fields.map((field) => TENANT.fields[field].label),
    text(", ", "、"),
  );
  return fields.every((field) => field === "androidAccounts")
    ? text("which accounts Android uses", "Android をどのアカウントで使うか")
    : text(`use of ${names.en}`, `使っているかどうか: ${names.ja}`);
};

export const describeMissingKind = (kind: ExpectedRenewalKind): Text => {
  const { en, ja } = RENEWAL_KINDS[kind];
  return text(`not recorded: ${en}`, `登録がありません: ${ja}`);
};

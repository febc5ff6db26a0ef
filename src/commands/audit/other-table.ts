import type { AuditTableDifference } from "../../lib/model/tenant-file.ts";
import { text, type Text } from "../../lib/text/index.ts";

const REASON_NAMES: Readonly<Record<AuditTableDifference["reason"], Text>> = {
  altered: text("changed", "変更"),
  missing: text("missing", "なし"),
  unknown: text("not made by clomoctl", "clomoctl が作成していないもの"),
};

/** Describes, for `audit verify` and `doctor`, how the audit table differs from the one that clomoctl creates. */
export const describeTableBreaks = (table: readonly AuditTableDifference[]): Text => {
  const all = (language: "en" | "ja"): string =>
    table.map(({ name, reason }) => `${name} (${REASON_NAMES[reason][language]})`).join(", ");
  return text(
    `the audit table differs from the one that clomoctl creates: ${all("en")}`,
    `監査ログの表が clomoctl の作成したものと異なります: ${all("ja")}`,
  );
};

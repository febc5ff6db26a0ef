import type { TableBreak } from "../../lib/model/tenant-file.ts";
import { text, type Text } from "../../lib/text/index.ts";

const HOW: Readonly<Record<TableBreak["reason"], Text>> = {
  altered: text("altered", "変更"),
  missing: text("missing", "なし"),
  unknown: text("not made by clomoctl", "clomoctl が作成していないもの"),
};

/** What `audit verify` and `doctor` say of a table of the audit that is not as clomoctl makes it. */
export const otherTable = (table: readonly TableBreak[]): Text => {
  const all = (language: "en" | "ja"): string =>
    table.map(({ name, reason }) => `${name} (${HOW[reason][language]})`).join(", ");
  return text(
    `the table of the audit is not as clomoctl makes it: ${all("en")}`,
    `監査ログの表が clomoctl の作成したものと異なります: ${all("ja")}`,
  );
};

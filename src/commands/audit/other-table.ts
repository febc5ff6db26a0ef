import type { TableBreak } from "../../lib/model/tenant-file.ts";
import { text, type Text } from "../../lib/text/index.ts";

const HOW: Readonly<Record<TableBreak["reason"], Text>> = {
  altered: text("altered", "変更"),
  missing: text("missing", "なし"),
  unknown: text("not made by clomoctl", "clomoctl が作成していないもの"),
};

/** What `audit verify` and `doctor` say of a table of the audit that is not as clomoctl makes it, and what to do. */
export const otherTable = (table: readonly TableBreak[]): { readonly what: Text; readonly hint: Text } => {
  const all = (language: "en" | "ja"): string =>
    table.map(({ name, reason }) => `${name} (${HOW[reason][language]})`).join(", ");
  return {
    what: text(
      `the table of the audit is not as clomoctl makes it: ${all("en")}`,
      `監査ログの表が clomoctl の作成したものと異なります: ${all("ja")}`,
    ),
    hint: text(
      "the texts of the records stand, but lists and filters may leave some out: keep this file, and read a whole `audit export`, or compare with a backup",
      "記録の本文は元のままですが、一覧や絞り込みで漏れる記録があるおそれがあります。このファイルを保全し、audit export の内容を確認するか、バックアップと比べてください",
    ),
  };
};

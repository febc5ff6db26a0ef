import type { Import } from "../../../lib/client/index.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";

/** What became of an import, as programs read it; the keys are a promise. */
export interface ImportResult {
  readonly plan: Import;
  readonly dryRun: boolean;
  readonly committed: boolean;
}

const count = (key: keyof Import, header: Text): Column<ImportResult> => ({
  key,
  header,
  align: "end",
  value: ({ plan }) => plan[key],
});

/** The result of an import. */
export const RESULT_COLUMNS: readonly Column<ImportResult>[] = [
  { key: "importId", header: text("import", "インポート ID"), value: ({ plan }) => plan.id },
  { key: "tenant", header: text("tenant", "テナント"), value: ({ plan }) => plan.tenant },
  { key: "mode", header: text("mode", "モード"), value: ({ plan }) => plan.mode },
  { key: "dryRun", header: text("dry run", "試行"), value: ({ dryRun }) => dryRun },
  count("rows", text("rows", "行数")),
  count("create", text("created", "追加")),
  count("update", text("updated", "更新")),
  count("unchanged", text("unchanged", "変更なし")),
  count("delete", text("deleted", "削除")),
  count("invalid", text("invalid", "不正")),
  count("secretsSet", text("secrets set", "設定した秘密の値")),
  count("orgsCreated", text("organisations created", "作成した組織")),
  { key: "committed", header: text("committed", "確定"), value: ({ committed }) => committed },
];

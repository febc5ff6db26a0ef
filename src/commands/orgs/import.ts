import { ORG } from "../../lib/model/organisation.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import {
  buildAllowOption,
  IMPORT_HELP,
  IMPORT_EXITS,
  IMPORT_OPTIONS,
  UNDELETABLE_OPTION,
} from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text(
    "import organisations from a CSV file or workbook",
    "CSV ファイルや Excel ブックから組織をインポートする",
  ),
  caution: ORG.unconfirmed,
  details: IMPORT_HELP,
  args: {
    file: {
      kind: "file",
      required: true,
      about: text(
        "CSV file or .xlsx workbook with organisations (- for stdin)",
        "組織の CSV ファイルか Excel ブック .xlsx(- は標準入力)",
      ),
    },
  },
  options: {
    ...IMPORT_OPTIONS,
    undeletable: UNDELETABLE_OPTION,
    allow: buildAllowOption("unknown-columns", "error-values"),
  },
  examples: [
    { line: "clomoctl orgs import orgs/tree.utf-8.crlf.csv --yes" },
    { line: "clomoctl orgs import orgs/tree.utf-8.crlf.csv --dry-run" },
  ],
  exits: IMPORT_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { file, ...options }) => runImport(tools, { kind: "orgs", file, options }),
});

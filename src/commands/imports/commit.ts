import { line, step } from "../../lib/advice/index.ts";
import type { Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { IMPORT_STATE_NAMES, nameIn } from "../../lib/model/import.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { checkAdministrators } from "./plan/administrators.ts";
import { checkLimits } from "../../lib/plan/limits.ts";
import { ALLOW_OTHER_TENANT, CONFIRM_DELETIONS, CONFIRM_WIPES, LIMITS, UPLOAD_FILE } from "./plan/options.ts";
import { refuseUnseen, uploadFile } from "./outputs/console/emit.ts";
import { deletionsName } from "./outputs/console/upload.ts";
import { findImport, ID_ARGUMENT } from "./plan/find.ts";
import { PendingPlan } from "./plan/pending.ts";
import { settlePlan } from "./plan/settle.ts";
import { hasFile, rowsLine } from "../../lib/plan/describe.ts";
import { showPlan } from "./plan/show.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text("commit a kept plan", "残しておいた計画を確定する"),
  args: { id: ID_ARGUMENT },
  options: {
    confirmDeletions: CONFIRM_DELETIONS,
    confirmWipes: CONFIRM_WIPES,
    ...LIMITS,
    allow: ALLOW_OTHER_TENANT,
    emitCsv: {
      ...UPLOAD_FILE,
      beside: (name) => [deletionsName(name)],
      about: text(
        "write the file to upload in the CLOMO console, too",
        "CLOMO の管理画面へアップロードするファイルも書き出す",
      ),
    },
  },
  examples: [{ line: "clomoctl imports commit last --yes" }],
  exits: ["input-rejected", "conflict", "not-found", "partial", "limit-exceeded"],
  shows: RESULT_COLUMNS,
  async run(tools, { id, emitCsv, ...answers }) {
    checkLimits(answers);
    const { client } = await tools.tenant("imports");
    const plan = await findImport(client, id, ["planned"]);
    if (plan.state !== "planned") throw notPlanned(plan);
    // a deletion is called by the names that were typed
    if (hasFile(plan)) tools.summarize({ file: plan.fileName });
    const pending = new PendingPlan(tools, client, plan, true);
    await showPlan(tools, plan, { allRows: rowsLine(plan) });
    if (plan.rejected) throw rejected(plan);
    if (plan.mode === "replace" || plan.mode === "delete") await checkAdministrators(tools, plan);
    if (emitCsv === undefined) return pending.settling(() => settlePlan(tools, pending, { ...answers, changes: true }));
    if (plan.secretsSet > 0 || plan.unknownColumns.length > 0) throw needsInput(plan);
    refuseUnseen(plan);
    const file = uploadFile(tools, emitCsv, { plan, map: undefined });
    return pending.settling(() => settlePlan(tools, pending, { ...answers, changes: true, file }));
  },
});

const rejected = ({ number }: Import): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${number} has invalid rows; nothing was changed`,
      `インポート ${number} に不正な行があるため、何も変更していません`,
    ),
    hint: step("see them", "確認", line("imports show", [number], { problems: true })),
  });

const notPlanned = ({ number, state }: Import): Failure => {
  const { en, ja } = nameIn(IMPORT_STATE_NAMES, state);
  return new Failure("conflict", {
    what: text(
      `import ${number} is ${en}; it has no open plan`,
      `インポート ${number} は${ja}で、確定できる計画がありません`,
    ),
    hint: step("see them all", "一覧", line("imports list", [])),
  });
};

/** A file with passwords or unknown columns is made of the input, which a kept plan does not have. */
const needsInput = ({ number }: Import): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the file of import ${number} needs what only its input has: passwords or unknown columns; nothing was changed`,
      `インポート ${number} のファイルには、元のファイルにしかないもの(パスワードなどや不明な列)が必要です。何も変更していません`,
    ),
    where: "--emit-csv",
    hint: text(
      "discard the plan, and run the import with --emit-csv",
      "計画を破棄し、--emit-csv を付けてインポートし直してください",
    ),
  });

import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { checkAdministrators } from "../kit/plan/administrators.ts";
import { validateLimits } from "../../lib/plan/plan.ts";
import {
  ALLOW_OTHER_TENANT_OPTION,
  CONFIRM_DELETIONS_OPTION,
  CONFIRM_WIPES_OPTION,
  getDeletionsFileName,
  LIMIT_OPTIONS,
  UPLOAD_FILE_OPTION,
} from "../kit/read-list/options.ts";
import { findImport, IMPORT_ARGUMENT } from "../kit/plan/find.ts";
import { PendingPlan } from "../kit/plan/pending-plan.ts";
import { finishPlan } from "../kit/plan/finish-plan.ts";
import { isFromFile, buildRowsCommand } from "../../lib/plan/describe.ts";
import { showPlan } from "../kit/plan/show.ts";
import { requireNamedContext } from "../kit/permission.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text("commit a plan that was kept for later", "残しておいた計画を適用する"),
  args: { id: IMPORT_ARGUMENT },
  options: {
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    confirmWipes: CONFIRM_WIPES_OPTION,
    ...LIMIT_OPTIONS,
    allow: ALLOW_OTHER_TENANT_OPTION,
    emitCsv: { ...UPLOAD_FILE_OPTION, beside: (name) => [getDeletionsFileName(name)] },
  },
  examples: [{ line: "clomoctl imports commit last --yes" }],
  exits: ["input-rejected", "conflict", "not-found", "partial", "limit-exceeded"],
  plans: true,
  shows: RESULT_COLUMNS,
  async run(tools, { id, emitCsv, ...answers }) {
    validateLimits(answers);
    const chosen = await tools.tenant("imports");
    const { client } = chosen;
    requireNamedContext(tools, chosen);
    const plan = await findImport(client, id, ["planned"]);
    // this commit fails with an error of the tenant that contains the reason
    if (plan.state !== "planned" || plan.rejected) await client.imports.commit(plan.id, { etag: plan.etag ?? "" });
    // do not log the `fileName` of a deletion, because it contains the names that the user typed
    if (isFromFile(plan)) tools.summarize({ file: plan.fileName });
    const pending = new PendingPlan(tools, client, plan, true);
    await showPlan(tools, plan, { allRows: buildRowsCommand(plan) });
    if (plan.request?.generatePasswords === true)
      throw new Failure("input-rejected", {
        what: text(
          `plan ${plan.number} generates passwords, but this command cannot write them to a file; nothing was changed`,
          `計画 ${plan.number} はパスワードを生成しますが、このコマンドではパスワードを書き出せません。何も変更していません`,
        ),
        hint: step(
          "import the file again with --generate-passwords; to discard this plan",
          "--generate-passwords を付けてファイルをもう一度インポートしてください。この計画を破棄するには",
          line("imports discard", [plan.number]),
        ),
      });
    await checkAdministrators(tools, plan);
    const settling = { ...answers, changes: true };
    if (emitCsv === undefined) return pending.settling(() => finishPlan(tools, pending, settling));
    const { checkUpload, finishPlanWithUpload } = await import("../kit/plan/emit-upload.ts");
    await checkUpload(tools, plan, { label: plan.fileName, file: emitCsv });
    return pending.settling(() => finishPlanWithUpload(tools, pending, emitCsv, settling));
  },
});

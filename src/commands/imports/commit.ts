import type { Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { IMPORT_STATE_NAMES, nameIn } from "../../lib/model/import.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { checkAdministrators } from "./plan/administrators.ts";
import { confirmAndCommit } from "./plan/confirm.ts";
import { checkLimits, LIMITS } from "./plan/limits.ts";
import { ALLOW, CONFIRM_DELETIONS, CONFIRM_WIPES } from "./plan/options.ts";
import { findImport, ID_ARGUMENT } from "./plan/find.ts";
import { PendingPlan } from "./plan/pending.ts";
import { hasFile, rowsOf, showPlan } from "./plan/show.ts";
import { RESULT_COLUMNS } from "./plan/columns.ts";

export default defineCommand({
  summary: text("commit a kept plan", "残しておいた計画を確定する"),
  args: { id: ID_ARGUMENT },
  options: { confirmDeletions: CONFIRM_DELETIONS, confirmWipes: CONFIRM_WIPES, ...LIMITS, allow: ALLOW },
  examples: [{ line: "clomoctl imports commit last --yes" }],
  exits: ["input-rejected", "conflict", "not-found", "partial", "limit-exceeded"],
  shows: RESULT_COLUMNS,
  async run(tools, { id, ...answers }) {
    checkLimits(answers);
    const { client } = await tools.tenant("imports");
    const plan = await findImport(client, id, ["planned"]);
    if (plan.state !== "planned") throw notPlanned(plan);
    // a deletion is called by the names that were typed
    if (hasFile(plan)) tools.summarize({ file: plan.fileName });
    const pending = new PendingPlan(tools, client, plan, true);
    await showPlan(tools, plan, rowsOf(plan));
    if (plan.rejected) throw rejected(plan);
    if (plan.mode === "replace" || plan.mode === "delete") await checkAdministrators(tools, plan);
    if (plan.takes !== undefined) await checkAdministrators(tools, await client.imports.show(plan.takes.id));
    return pending.settling(() => confirmAndCommit(tools, pending, answers));
  },
});

const rejected = ({ number }: Import): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${number} has invalid rows; nothing was changed`,
      `インポート ${number} に不正な行があるため、何も変更していません`,
    ),
    hint: text(
      `see them: clomoctl imports show ${number} --problems`,
      `確認: clomoctl imports show ${number} --problems`,
    ),
  });

function notPlanned({ number, state }: Import): Failure {
  const { en, ja } = nameIn(IMPORT_STATE_NAMES, state);
  const verify = `clomoctl imports verify ${number} --against EXPORT.csv`;
  return new Failure("conflict", {
    what: text(
      `import ${number} is ${en}; it has no open plan`,
      `インポート ${number} は${ja}で、確定できる計画がありません`,
    ),
    hint:
      state === "awaiting-console"
        ? text(`it is committed by its verification: ${verify}`, `照合によって確定します: ${verify}`)
        : text("see them all: clomoctl imports list", "一覧: clomoctl imports list"),
  });
}

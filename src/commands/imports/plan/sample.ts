import { line, step } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { sumChanges } from "../../../lib/plan/plan.ts";
import { listPlanChanges } from "../../../lib/plan/describe.ts";
import { PendingPlan } from "./pending-plan.ts";
import type { Tools } from "../../tools.ts";

/** SHA-256 of `fixtures/people.csv`, which the README imports */
const SAMPLE_SHA256 = "a5c5af903e00c6abea1cc777b0127b6f44aab4020f305df457a7e164a7161f28";

/**
 * Asks whether to undo the import of the sample before the first export of the console. @throws `conflict` without a
 * terminal, or if the import cannot be undone
 */
export async function offerUndoOfSample(tools: Tools): Promise<void> {
  const { client } = await tools.tenant("imports", "tenant");
  if ((await client.tenant.show()).mirroredAt !== null) return;
  const sample = (await client.imports.list()).find(
    ({ inputSha256, state }) => inputSha256 === SAMPLE_SHA256 && state === "committed",
  );
  if (sample === undefined) return;
  const message = text(
    `Undo import ${sample.number} (${formatCount(sample.create, "user")} of the sample) first?`,
    `インポート ${sample.number}(サンプルのユーザー ${sample.create} 人)を先に取り消しますか?`,
  );
  const { terminal } = tools;
  if (terminal.interactive && !(await terminal.prompts.confirm({ message, flag: "undo" }))) return;
  const plan = await client.imports.undo(Number(sample.change));
  const pending = new PendingPlan(tools, client, plan, false);
  await pending.settling(async () => {
    if (!terminal.interactive || plan.blocked !== undefined) {
      await pending.leave();
      throw createSampleFailure(sample, plan);
    }
    await pending.commit();
  });
}

const createSampleFailure = ({ number, change, create }: Import, plan: Import): Failure => {
  const confirmDeletions = sumChanges(listPlanChanges(plan), "delete") || undefined;
  return new Failure("conflict", {
    what: text(
      `the tenant contains ${formatCount(create, "user")} of the sample (import ${number}); nothing was changed`,
      `テナントにサンプルのユーザーが ${create} 人います(インポート ${number})。何も変更していません`,
    ),
    hint: step(
      "first undo that import",
      "先にそのインポートを取り消してください",
      line("undo", [Number(change)], { confirmDeletions }),
    ),
  });
};

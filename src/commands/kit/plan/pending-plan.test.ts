import { expect, test } from "vitest";
import { openClient } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import type { Tools } from "../tools.ts";
import { AnsweringTenant } from "#support/commands/tenant.ts";
import { listOperations, planOf } from "#support/commands/imports/plans.ts";
import { PendingPlan } from "./pending-plan.ts";

/** The requests to the tenant after a failure, what is said, and the message that a signal would then cause. */
async function settled(failure: unknown, { mode = "append", keep = false, isCommitted = false } = {}) {
  const ended: { state?: string; done?: string } = {};
  const tools = {
    summarize: () => undefined,
    describeState: (say: () => { en: string }) => (ended.state = say().en),
    describeDone: ({ en }: { en: string }) => (ended.done = en),
  } as unknown as Tools;
  const plan = planOf({ ...(mode === "undo" ? { mode: "undo" } : {}), ...(isCommitted ? { state: "committed" } : {}) });
  const tenant = new AnsweringTenant({ import: plan, discardImport: plan });
  const client = await openClient({ transport: tenant.transport }, ["imports"]);
  await new PendingPlan(tools, client, plan, keep).settle(failure);
  return { asked: listOperations(tenant.requests), ...ended };
}
const failure = (code: ErrorCode): Failure => new Failure(code, { what: { en: "", ja: "" } });

test.each([new Error("full"), failure("unavailable"), failure("input-rejected")])(
  "after %s, the plan is discarded",
  async (error) => {
    expect(await settled(error)).toEqual({ asked: ["import", "discardImport"], state: "nothing was changed" });
  },
);

test("a plan to keep is kept and reported as kept", async () => {
  expect(await settled(new Error("full"), { keep: true })).toEqual({
    asked: ["import"],
    done: `nothing was changed, and the plan is kept; to commit it: \`clomoctl imports commit P12\``,
  });
});

test("reports that the plan was committed before the failure", async () => {
  const done = "the change was made; the output may be incomplete";
  for (const error of [new Error("full"), failure("interrupted")]) {
    const { state: _, ...rest } = await settled(error, { isCommitted: true });
    expect(rest).toEqual({ asked: ["import"], done });
  }
});

test("keeps a plan only while the tenant is locked", async () => {
  expect((await settled(failure("locked"))).asked).toEqual([]);
  expect((await settled(failure("locked"), { mode: "undo" })).asked).toEqual([]);
  expect((await settled(failure("conflict"))).asked).toEqual(["import", "discardImport"]);
});

import { expect, test } from "vitest";
import { openClient } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import type { Tools } from "../../tools.ts";
import { AnsweringTenant } from "#support/commands/tenant.ts";
import { operations, planOf } from "#support/commands/imports/plans.ts";
import { PendingPlan } from "./pending.ts";

/** The requests to the tenant after a failure, what is said, and the message that a signal would then cause. */
async function settled(failure: unknown, { mode = "append", keep = false, isCommitted = false } = {}) {
  const ended: { state?: string; done?: string } = {};
  const tools = {
    summarize: () => undefined,
    describeState: (say: () => { en: string }) => (ended.state = say().en),
    describeDone: ({ en }: { en: string }) => (ended.done = en),
  } as unknown as Tools;
  const plan = planOf({
    ...(mode === "undo" ? { mode: "undo" } : {}),
    ...(isCommitted ? { state: "committed" } : {}),
  });
  const tenant = new AnsweringTenant({ import: plan, discardImport: plan });
  const client = await openClient({ transport: tenant.transport }, ["imports"]);
  await new PendingPlan(tools, client, plan, keep).settle(failure);
  return { asked: operations(tenant.requests), ...ended };
}
const failure = (code: ErrorCode): Failure => new Failure(code, { what: { en: "", ja: "" } });

test.each([new Error("full"), failure("unavailable"), failure("input-rejected")])(
  "after %s the plan is let go",
  async (error) => {
    expect(await settled(error)).toEqual({ asked: ["import", "discardImport"], state: "nothing was changed" });
  },
);

test("a plan that is to stay stays, and is said to", async () => {
  expect(await settled(new Error("full"), { keep: true })).toEqual({
    asked: ["import"],
    state: `nothing was changed; the plan is kept: clomoctl imports commit P12`,
  });
});

test("where the plan was committed before the failure, that is said", async () => {
  const done = "the whole plan was committed";
  for (const error of [new Error("full"), failure("interrupted")]) {
    const { state: _, ...rest } = await settled(error, { isCommitted: true });
    expect(rest).toEqual({ asked: ["import"], done });
  }
});

test("a plan that can be taken up again stays; an undoing only until the tenant is free", async () => {
  expect((await settled(failure("conflict"))).asked).toEqual([]);
  expect((await settled(failure("locked"))).asked).toEqual([]);
  expect((await settled(failure("locked"), { mode: "undo" })).asked).toEqual([]);
  expect((await settled(failure("conflict"), { mode: "undo" })).asked).toEqual(["import", "discardImport"]);
});

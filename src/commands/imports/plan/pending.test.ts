import { expect, test } from "vitest";
import { openClient } from "../../../lib/client/index.ts";
import { Failure, type ErrorCode } from "../../../lib/errors/index.ts";
import type { Tools } from "../../tools.ts";
import { AnsweringTenant } from "../../testing/tenant.ts";
import { ID, operations, planOf } from "../testing/plans.ts";
import { PendingPlan } from "./pending.ts";

/** The requests to the tenant after a failure, and the message that a signal would then cause. */
async function settled(failure: unknown, { mode = "append", keep = false } = {}) {
  let state = "";
  const tools = { describeState: (say: () => { en: string }) => (state = say().en) } as unknown as Tools;
  const plan = planOf(mode === "revert" ? { mode: "revert" } : {});
  const tenant = new AnsweringTenant({ import: plan, discardImport: plan });
  const client = await openClient({ transport: tenant.transport }, ["imports"]);
  await new PendingPlan(tools, client, plan, keep).settle(failure);
  return { asked: operations(tenant.requests), state };
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
    state: `nothing was changed; the plan is kept: clomoctl imports commit ${ID}`,
  });
});

test("a plan that can be taken up again stays; an undoing only until the tenant is free", async () => {
  expect((await settled(failure("conflict"))).asked).toEqual([]);
  expect((await settled(failure("locked"))).asked).toEqual([]);
  expect((await settled(failure("locked"), { mode: "revert" })).asked).toEqual([]);
  expect((await settled(failure("conflict"), { mode: "revert" })).asked).toEqual(["import", "discardImport"]);
});

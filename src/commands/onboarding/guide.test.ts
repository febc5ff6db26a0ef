import { describe, expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { buildNewTenantAnswers } from "#support/commands/onboarding/new-tenant.ts";

describe("onboarding guide", () => {
  test("shows all steps or one of them, in both languages", async () => {
    const { en } = await runInBoth("onboarding guide 5", { tenant: buildNewTenantAnswers() });
    expect(en).toMatchObject({ exit: 0, stderr: "" });
    expect(en.stdout).toMatch(/^Set-up, step 5: create administrators\n/);
    const all = await runInBoth("onboarding guide", { tenant: buildNewTenantAnswers() });
    expect(all.en.stdout).toMatch(/^Step 12: .+ \((?:done|open|not applicable)\)\n\n1\. /m);
  });

  test("reports an unknown step without a request to the tenant", async () => {
    const { en } = await runInBoth("onboarding guide 13", { tenant: {} });
    expect(en).toMatchObject({ exit: 2, requests: [], stderr: expect.stringContaining("there is no step 13") });
  });
});

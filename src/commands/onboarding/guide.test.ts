import { describe, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { createChecklistAnswer, buildNewTenantAnswers } from "#support/commands/onboarding/new-tenant.ts";

const NONE = createChecklistAnswer("onboarding.home.push-certificate", "none");

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
    expect(en).toMatchObject({ exit: 2, requests: [] });
    expect(en.stderr).toContain("there is no step 13");
  });

  test.each(["", " --format markdown"])(
    "shows how to get a first certificate only if HOME was answered%s",
    async (form) => {
      const asked = await run(`onboarding guide 7${form}`, { tenant: buildNewTenantAnswers() });
      expect(asked.stdout).not.toContain("Create a Certificate");
      expect(asked.stdout).toContain("renewals guide push-certificate");
      const first = await run(`onboarding guide 7${form}`, { tenant: buildNewTenantAnswers([NONE]) });
      expect(first.stdout).toContain("Create a Certificate");
    },
  );
});

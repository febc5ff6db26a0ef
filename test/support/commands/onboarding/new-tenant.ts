import type { Ade, Tenant } from "../../../../src/lib/client/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../../../src/lib/model/tenant.ts";
import { example } from "../tenant.ts";

/** Returns the responses of a tenant in which nothing is recorded yet. */
export const buildNewTenantAnswers = (answers: readonly object[] = []) => ({
  tenant: example<Tenant>("tenant", { profile: EMPTY_TENANT_PROFILE, users: 0, orgs: 1, devices: 0 }),
  answers: { items: answers },
  listRenewals: { items: [] },
  ade: example<Ade>("ade", { token: null }),
});

export const createChecklistAnswer = (question: string, value: string, at = "2026-11-20T00:30:00.000Z") => ({
  id: "019a9f3c-5a00-7abc-8def-000000000013",
  question,
  subject: "",
  value,
  by: "hanako",
  at,
});

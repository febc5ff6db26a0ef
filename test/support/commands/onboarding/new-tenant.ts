import type { Ade, PushCertificate, Tenant } from "../../../../src/lib/client/index.ts";
import { UNSAID } from "../../../../src/lib/model/tenant.ts";
import { example } from "../tenant.ts";

export const CERTIFICATE = example<PushCertificate>("pushCertificate", { expiresAt: null });

/** A tenant of which nothing is recorded. */
export const newTenant = (answers: readonly object[] = []) => ({
  tenant: example<Tenant>("tenant", { profile: UNSAID, users: 0, orgs: 1, devices: 0 }),
  answers: { items: answers },
  listRenewals: { items: [] },
  pushCertificate: CERTIFICATE,
  ade: example<Ade>("ade", { token: null }),
  vppTokens: { items: [] },
});

/** An answer, given half an hour ago unless told otherwise. */
export const answer = (question: string, value: string, at = "2026-11-20T00:30:00.000Z") => ({
  id: "019a9f3c-5a00-7abc-8def-000000000013",
  question,
  subject: "",
  value,
  by: "hanako",
  at,
});

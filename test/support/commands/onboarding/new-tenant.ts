import type { Ade, Tenant } from "../../../../src/lib/client/index.ts";
import { EMPTY_TENANT_PROFILE } from "../../../../src/lib/nouns/tenant.ts";
import { example } from "../tenant.ts";

/** Returns the responses of a tenant without data. */
export const buildNewTenantAnswers = () => ({
  tenant: example<Tenant>("tenant", { profile: EMPTY_TENANT_PROFILE, users: 0, orgs: 1, devices: 0 }),
  answers: { items: [] },
  listRenewals: { items: [] },
  "config-profiles.list": { items: [] },
  "apps.list": { items: [] },
  "device-actions.list": { items: [] },
  ade: example<Ade>("ade", { token: null }),
});

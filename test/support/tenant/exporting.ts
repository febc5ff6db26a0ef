import { fillAtRandom } from "./random-tenant.ts";
import { TestTenant } from "./tenant.ts";

/** Creates a tenant with some data of every kind. */
export const createRandomTenant = async (
  seed: number,
  size?: number,
  tenant: TestTenant = new TestTenant(),
): Promise<TestTenant> => {
  await fillAtRandom(tenant, seed, size);
  return tenant;
};

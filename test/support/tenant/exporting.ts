import { fillAtRandom } from "./random-tenant.ts";
import { TestTenant } from "./tenant.ts";

export const createRandomTenant = async (
  seed: number,
  size?: number,
  tenant: TestTenant = new TestTenant(),
): Promise<TestTenant> => {
  await fillAtRandom(tenant, seed, size);
  return tenant;
};

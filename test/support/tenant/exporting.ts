import type { WholeClient } from "../client/whole-client.ts";
import { fillAtRandom } from "./random-tenant.ts";
import { TestTenant } from "./tenant.ts";

export const exportFiles = async ({ exports }: WholeClient): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  for await (const { name, content } of await exports.create({ recordsOnly: true }))
    files.set(name, Buffer.concat(await Array.fromAsync(content)).toString());
  return files;
};

/** Creates a tenant with some data of every kind. */
export const createRandomTenant = async (
  seed: number,
  size?: number,
  tenant: TestTenant = new TestTenant(),
): Promise<TestTenant> => {
  await fillAtRandom(tenant, seed, size);
  return tenant;
};

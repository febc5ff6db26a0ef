import type { Ade, Client, Tenant } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { adeHealth, watchesAde, type AdeReport } from "../../lib/model/ade-health.ts";

/** Returns a tenant's ADE if it is watched here: not in a mirror, before a token is set, or for those who may not see it. */
export async function watchedAde(
  client: Client<"ade">,
  { mirroredAt }: Pick<Tenant, "mirroredAt">,
  now: Date,
): Promise<AdeReport<Ade> | undefined> {
  if (mirroredAt !== null) return undefined;
  try {
    const facts = await client.ade.show();
    return watchesAde(facts) ? { facts, conditions: adeHealth(facts, now) } : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  }
}

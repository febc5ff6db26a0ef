import type { Ade, Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { assessAdeHealth, isAdeMonitored, type AdeReport } from "../../lib/model/ade-health.ts";

export async function findMonitoredAde(client: Client<"ade">, now: Date): Promise<AdeReport<Ade> | undefined> {
  try {
    const facts = await client.ade.show();
    return isAdeMonitored(facts) ? { facts, conditions: assessAdeHealth(facts, now) } : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  }
}

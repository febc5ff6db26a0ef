import type { Ade, Client, Tenant } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { adeHealth, watchesAde } from "../../lib/model/ade-health.ts";
import type { DatedItem } from "../../lib/renewals/judge.ts";

/** Returns a tenant's ADE if it is watched here: not in a mirror, before a token is set, or for those who may not see it. */
export async function watchedAde(client: Client<"ade">, { mirroredAt }: Tenant): Promise<Ade | undefined> {
  if (mirroredAt !== null) return undefined;
  try {
    const ade = await client.ade.show();
    return watchesAde(ade) ? ade : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return undefined;
    throw error;
  }
}

/** Returns a tenant's items, of which the server token is marked if Apple rejected it. */
export function withRejection(items: readonly DatedItem[], ade: Ade | undefined, now: Date): readonly DatedItem[] {
  if (ade === undefined) return items;
  const rejection = adeHealth(ade, now).find(({ id }) => id === "token-rejected")?.what;
  return rejection === undefined
    ? items
    : items.map((item) => (item.id === ade.token?.renewal ? { ...item, rejection } : item));
}

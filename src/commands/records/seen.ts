import type { Tools } from "../tools.ts";

/**
 * The tenant's revision before what a question is about is read: the request that follows the answer carries it as `seen`,
 * and is refused where that was changed since. Undefined where nobody can be asked.
 */
export async function revisionSeen({
  tenant,
  terminal,
}: Pick<Tools, "tenant" | "terminal">): Promise<number | undefined> {
  if (!terminal.interactive) return undefined;
  const { client } = await tenant("tenant");
  return (await client.tenant.revision()).revision;
}

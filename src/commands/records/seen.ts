import type { Tools } from "../tools.ts";

/**
 * Returns the tenant's revision. It is read before the data that a question shows; the request after the answer sends
 * it as `seen`, and the tenant refuses the request if the data has changed since. Returns undefined if the terminal is
 * not interactive, because then no question is asked.
 */
export async function getRevisionBeforePrompt({
  tenant,
  terminal,
}: Pick<Tools, "tenant" | "terminal">): Promise<number | undefined> {
  if (!terminal.interactive) return undefined;
  const { client } = await tenant("tenant");
  return (await client.tenant.revision()).revision;
}

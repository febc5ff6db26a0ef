import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { ONLY_SIMULATOR } from "../../lib/model/console-steps.ts";
import type { Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/**
 * Checks that what belongs to Apple may be done in this tenant, as the tenant itself does later: before files and names are
 * looked at, which would tell of something else, and before anything is asked.
 *
 * @param steps what to do in the console instead
 * @returns how the tenant stands with ADE
 * @throws Failure `not-permitted` in a mirror whose endpoint is no simulator
 */
export async function requireApple({ tenant }: Pick<Tools, "tenant">, steps: Text): Promise<Ade> {
  const ade = await (await tenant("ade")).client.ade.show();
  if (ade.mirror && ade.endpoint?.kind !== "simulator") {
    throw new Failure("not-permitted", { what: ONLY_SIMULATOR, hint: steps });
  }
  return ade;
}

import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { SIMULATOR_ONLY_IN_MIRROR } from "../../lib/model/console-steps.ts";
import type { Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/**
 * Checks that this tenant is allowed to use Apple's services. The tenant checks this later as well; checking first
 * avoids misleading errors about files and names, and questions that are asked in vain.
 *
 * @param steps what to do in the console instead
 * @returns the ADE state of the tenant
 * @throws Failure `not-permitted` in a mirror whose endpoint is not a simulator
 */
export async function requireAppleAccess({ tenant }: Pick<Tools, "tenant">, steps: Text): Promise<Ade> {
  const ade = await (await tenant("ade")).client.ade.show();
  if (ade.mirror && ade.endpoint?.kind !== "simulator") {
    throw new Failure("not-permitted", { what: SIMULATOR_ONLY_IN_MIRROR, hint: steps });
  }
  return ade;
}

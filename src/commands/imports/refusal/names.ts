import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { Tools } from "../../tools.ts";
import type { Remedy } from "./remedies.ts";

/**
 * Returns the names and codes of organisations and the names of groups in the tenant, for each kind that an import
 * would have to create; empty if the account may not read them.
 */
export async function loadKnownNames(
  tools: Pick<Tools, "tenant">,
  { kind }: Pick<Import, "kind">,
  { createOrgs, createGroups }: Pick<Remedy, "createOrgs" | "createGroups">,
): Promise<readonly string[]> {
  if (!createOrgs && !createGroups) return [];
  const { client } = await tools.tenant("orgs", "secured");
  const { app } = FORMATS[kind];
  try {
    const orgs = createOrgs ? await client.orgs.list() : [];
    const groups = createGroups && app !== undefined ? await client.secured.groups(app) : [];
    return [
      ...orgs.flatMap(({ name, code }) => (code === null ? [name] : [code, name])),
      ...groups.map(({ name }) => name),
    ];
  } catch (error) {
    if (error instanceof Failure && error.code === "not-permitted") return [];
    throw error;
  }
}

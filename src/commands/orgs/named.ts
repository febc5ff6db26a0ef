import type { OrgDetail } from "../../lib/client/index.ts";
import { text } from "../../lib/text/index.ts";
import { theOne, type NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";

const ORG: NamedKind<OrgDetail> = {
  noun: text("organisation", "組織"),
  list: "clomoctl orgs list",
  describe: ({ id, path, name, code }) => [path === "" ? name : path, ...(code === null ? [] : [code]), id].join(" "),
};

/**
 * The organisation of an id, a code or a path.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export async function orgNamed(tools: Tools, name: string): Promise<OrgDetail> {
  const { client } = await tools.tenant("orgs");
  return theOne(name, await client.orgs.find({ name }), ORG);
}

import { line } from "../../lib/advice/index.ts";
import type { Org, OrgDetail } from "../../lib/client/index.ts";
import { nearest } from "../../lib/text/nearest.ts";
import { text } from "../../lib/text/index.ts";
import { theOne, type NamedKind } from "../listing/named.ts";
import type { Tools } from "../tools.ts";

/** How an organisation is named, and told apart from others of the same name. */
export const ORG_NAMES: NamedKind<OrgDetail> = {
  noun: text("organisation", "組織"),
  list: line("orgs list", []),
  describe: ({ id, path, name, code }) => [path === "" ? name : path, ...(code === null ? [] : [code]), id].join(" "),
};

/**
 * The organisation of an id, a code or a path.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export async function orgNamed(tools: Tools, name: string): Promise<OrgDetail> {
  const { client } = await tools.tenant("orgs");
  const found = await client.orgs.find({ name });
  return theOne(name, found, ORG_NAMES, found.length > 0 ? [] : nearOrgs(name, await client.orgs.list()));
}

/** The argument that names an organisation. */
export const ORG_ARGUMENT = {
  kind: "string",
  required: true,
  names: "orgs",
  about: text(
    String.raw`id, code or path (本社/営業部; write / in a name as \/)`,
    String.raw`ID・組織コード・パス(本社/営業部。名前の中の / は \/)`,
  ),
} as const;

/** Maximum number of organisations that are proposed. */
const MAX_PROPOSED = 3;

/** The paths of organisations whose name or code has what was typed in it, or is near to it. */
export function nearOrgs(typed: string, orgs: readonly Org[]): readonly string[] {
  const holding = orgs.filter(({ name, code }) => name.includes(typed) || code?.includes(typed) === true);
  const near = nearest(
    typed,
    orgs.flatMap(({ name, code }) => (code === null ? [name] : [name, code])),
  );
  const found =
    holding.length > 0 ? holding : orgs.filter(({ name, code }) => near !== undefined && [name, code].includes(near));
  return found.slice(0, MAX_PROPOSED).map(({ path, name }) => (path === "" ? name : path));
}

import { line } from "../../../lib/advice/index.ts";
import type { OrgDetail } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { text } from "../../../lib/text/index.ts";
import { findByName, type NamedKind } from "../list/single-match.ts";
import type { Tools } from "../tools.ts";

export const ORG_LOOKUP: NamedKind<OrgDetail> = {
  noun: text("organisation", "組織"),
  list: line("orgs list", []),
  describe: ({ id, path, name, code }) => [path === "" ? name : path, ...(code === null ? [] : [code]), id].join(" "),
  async advise(tools, typed) {
    const orgs = await Array.fromAsync((await tools.tenant("orgs")).client.orgs.list());
    const paths = orgs.filter(({ name }) => name === typed).map(({ path }) => path);
    const [all, allJa] = [", ", "、"].map((between) => paths.slice(0, MAX_PROPOSED_PATHS).join(between));
    return paths.length === 0 ? undefined : text(`use the path: ${all}`, `パスで指定してください: ${allJa}`);
  },
};

const MAX_PROPOSED_PATHS = 3;

/** @param name ID, code or path */
export async function findOrg(tools: Tools, name: string): Promise<OrgDetail> {
  const { client } = await tools.tenant("orgs");
  return findByName(tools, client.orgs, name, ORG_LOOKUP);
}

/** The root has no code, so its name is returned. @throws `input-rejected` for another organisation without a code */
export const requireOrgCode = ({ path, code }: OrgDetail): string => {
  if (code !== null || path === "") return code ?? ROOT_ORG_NAME;
  const edit = line("orgs edit", [path], { code: "CODE" });
  const what = text(`first set a code for ${path}: ${edit}`, `先に「${path}」に組織コードを設定してください: ${edit}`);
  throw new Failure("input-rejected", { what });
};

/** @param filter `direct` excludes records in organisations below the given organisation */
export async function resolveOrgFilter(
  tools: Tools,
  { org, direct }: Readonly<{ org: string | undefined; direct: boolean | undefined }>,
): Promise<{ readonly org?: string; readonly direct?: true }> {
  return org === undefined ? {} : { org: (await findOrg(tools, org)).id, ...(direct === true && { direct }) };
}

export const ORG_ARGUMENT = {
  kind: "string",
  required: true,
  about: text(
    String.raw`ID, code or path (本社/営業部; write / in a name as \/)`,
    String.raw`ID・組織コード・パス(本社/営業部。名前の中の / は \/)`,
  ),
} as const;

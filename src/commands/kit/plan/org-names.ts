import type { Import } from "../../../lib/client/index.ts";
import type { TranslatedValue } from "../../../lib/csv/layout/map.ts";
import { refersToOrg } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { same, text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { loadOrgPaths } from "./report.ts";

const MAX_ASKED_ORG_NAMES = 20;
const MAX_READ_PROBLEMS = 100_000;
const SKIP_CHOICE = text("none: report the rows with this name as errors", "なし(この名前の行はエラーにする)");

export async function askOrgNames(tools: Tools, plan: Import): Promise<readonly TranslatedValue[]> {
  const { client } = await tools.tenant("imports");
  const field = FORMATS[plan.kind].columns.find(refersToOrg)?.field;
  const unclear = new Map<string, readonly string[]>();
  for await (const { code, params } of client.imports.problems(plan.id, { limit: MAX_READ_PROBLEMS }))
    if (code === "org-name-ambiguous" || code === "org-name-unknown")
      unclear.set(String(params["name"]), params["paths"] === undefined ? [] : String(params["paths"]).split(", "));
  if (field === undefined || unclear.size === 0 || unclear.size > MAX_ASKED_ORG_NAMES) return [];
  const { prompts } = tools.terminal;
  const codes = new Map(Array.from(await loadOrgPaths(tools, plan), ([code, path]) => [path, code]));
  const toChoice = (path: string) => ({ value: path, name: same(path) });
  const answers: TranslatedValue[] = [];
  for (const [name, own] of unclear) {
    const others = [...codes.keys()].filter((one) => !own.includes(one));
    const path = await prompts.select<string | undefined>({
      message: text(`Which organisation does "${name}" mean?`, `「${name}」はどの組織を指しますか?`),
      flag: "--map",
      choices: [{ value: undefined, name: SKIP_CHOICE }, ...[...own, ...others].map(toChoice)],
    });
    if (path !== undefined) answers.push({ field, from: name, to: codes.get(path) ?? `${ROOT_ORG_NAME}/${path}` });
  }
  return answers;
}

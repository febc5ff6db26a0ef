import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { getThingNoun } from "../../../lib/model/problem.ts";
import { same, text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { ImportRequest } from "../plan/options.ts";
import { formatTenantName } from "../plan/show.ts";

type ForeignTraits = NonNullable<Import["foreign"]>;
type ForeignPlan = Import & { readonly foreign: ForeignTraits };

/** Command-line options for a file that seems to belong to another tenant. */
export interface ForeignFileOptions {
  readonly allow?: ImportRequest["options"]["allow"];
  /** undefined for a plan that was kept for `imports commit` */
  readonly requested?: ImportRequest | undefined;
}

const isForeignPlan = (plan: Import): plan is ForeignPlan => plan.foreign !== undefined;

/** Warns if a file seems to belong to another tenant. Used by runs that do not change anything. */
export async function warnOfForeignFile(tools: Tools, plan: Import): Promise<void> {
  if (isForeignPlan(plan)) await tools.terminal.warn((await inspectForeignFile(tools, plan)).what);
}

/**
 * Asks whether to import a file that seems to belong to another tenant. `--yes` does not answer this question.
 *
 * @returns false if the answer is no
 * @throws Failure `input-rejected` if nobody can be asked
 */
export async function confirmForeignFile(
  tools: Tools,
  plan: Import,
  { allow = [], requested }: ForeignFileOptions,
): Promise<boolean> {
  if (!isForeignPlan(plan) || allow.includes("other-tenant")) return true;
  const { what, tenant } = await inspectForeignFile(tools, plan);
  const file = formatFileName(plan);
  // if the file was typed at the terminal, stdin has ended and cannot take an answer
  if (tools.terminal.interactive && requested?.file !== "-") {
    await tools.terminal.warn(what);
    return tools.terminal.prompts.confirm({
      message: text(`Import ${file} into ${tenant.en}?`, `${file} を ${tenant.ja} に取り込みますか?`),
      flag: "--allow other-tenant",
    });
  }
  throw new Failure("input-rejected", {
    what: text(`${what.en} Nothing was changed.`, `${what.ja} 何も変更していません`),
    where: file,
    hint: text(
      `if ${tenant.en} is the right tenant, pass --allow other-tenant`,
      `${tenant.ja} のファイルで間違いなければ、--allow other-tenant を付けてください`,
    ),
  });
}

async function inspectForeignFile(tools: Tools, plan: ForeignPlan) {
  const tenant = formatTenantName(plan, await tools.tenant("imports"));
  const { en, ja } = describeMismatch(plan, tenant);
  const what = text(`${en}. Is this file for another tenant?`, `${ja}。別のテナントのファイルではありませんか?`);
  return { what, tenant };
}

const formatFileName = ({ fileName }: Pick<Import, "fileName">): string => (fileName === "-" ? "stdin" : fileName);

function describeMismatch({ kind, fileName, foreign }: ForeignPlan, tenant: Text): Text {
  const { thing } = FORMATS[kind];
  const noun = getThingNoun(thing.noun ?? thing.name);
  const file = formatFileName({ fileName });
  const [domain = ""] = foreign.values;
  const by = BY[foreign.by](domain);
  return text(
    `no row of ${file} matches any ${noun.en} in ${tenant.en}${by.en}`,
    `${file} のどの行も、${by.ja}${tenant.ja} の${noun.ja}と一致しません`,
  );
}

const BY: Readonly<Record<ForeignTraits["by"], (domain: string) => Text>> = {
  key: () => same(""),
  name: () => text(" by name", "名前が"),
  domain: (domain) => text(` by email domain (@${domain})`, `メールドメイン(@${domain})が`),
};

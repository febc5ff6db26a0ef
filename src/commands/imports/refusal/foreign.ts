import type { Import } from "../../../lib/client/index.ts";
import { line } from "../../../lib/advice/index.ts";
import type { EmbeddedContext } from "../../../lib/config/context.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { nounNamed } from "../../../lib/model/problem.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import type { ImportRequest } from "../plan/options.ts";
import { tenantName } from "../plan/show.ts";
import { importCommand, NOTHING_NEEDED } from "./command.ts";

type ForeignTraits = NonNullable<Import["foreign"]>;
type ForeignPlan = Import & { readonly foreign: ForeignTraits };

/** What the command line says about a file that looks like another tenant's. */
export interface ForeignAnswers {
  readonly allow?: ImportRequest["options"]["allow"];
  /** undefined for a plan that was kept */
  readonly requested?: ImportRequest | undefined;
}

const isForeign = (plan: Import): plan is ForeignPlan => plan.foreign !== undefined;

/** Warns of a file that looks like another tenant's, if nothing is to be changed. */
export async function warnOfForeign(tools: Tools, plan: Import): Promise<void> {
  if (isForeign(plan)) await tools.terminal.warn((await inspected(tools, plan)).what);
}

/**
 * Asks whether a file is meant that looks like another tenant's. `--yes` does not answer this.
 *
 * @returns false if the answer is no
 * @throws Failure `input-rejected` where nobody can be asked
 */
export async function mayBeForeign(
  tools: Tools,
  plan: Import,
  { allow = [], requested }: ForeignAnswers,
): Promise<boolean> {
  if (!isForeign(plan) || allow.includes("other-tenant")) return true;
  const { what, tenant, context } = await inspected(tools, plan);
  const [file, permitting] = [calledFile(plan), commandOf(plan, requested)];
  // a file that was typed at the terminal leaves nothing to answer with
  if (tools.terminal.interactive && requested?.file !== "-") {
    await tools.terminal.warn(what);
    return tools.terminal.prompts.confirm({
      message: text(`Import ${file} into ${tenant.en}?`, `${file} を ${tenant.ja} に取り込みますか?`),
      flag: "--allow other-tenant",
    });
  }
  const there = context === undefined || requested === undefined ? undefined : commandFor(context, requested);
  throw new Failure("input-rejected", {
    what: text(`${what.en} Nothing was changed`, `${what.ja} 何も変更していません`),
    where: file,
    hint:
      there === undefined
        ? text(
            `if ${tenant.en} is the right tenant: ${permitting}`,
            `${tenant.ja} のファイルで間違いなければ: ${permitting}`,
          )
        : text(
            `for ${context}: ${there}; if ${tenant.en} is the right tenant: ${permitting}`,
            `${context} に取り込むには: ${there}。${tenant.ja} のファイルで間違いなければ: ${permitting}`,
          ),
  });
}

/** The command that takes the file all the same. */
const commandOf = ({ number }: Import, requested: ImportRequest | undefined): string => {
  if (requested === undefined) return line("imports commit", [number], { allow: "other-tenant" });
  const allow = [...(requested.options.allow ?? []), "other-tenant"] as const;
  return importCommand({ ...requested, options: { ...requested.options, allow } }, NOTHING_NEEDED);
};

/** The same import into the tenant of another context; no number that was confirmed holds there. */
const commandFor = (context: string, requested: ImportRequest): string => {
  const options = { ...requested.options, confirmDeletions: undefined, confirmWipes: undefined };
  return importCommand({ ...requested, options }, NOTHING_NEEDED, context);
};

/** What is odd about a file, and the context whose tenant has what is in it. */
async function inspected(tools: Tools, plan: ForeignPlan) {
  const chosen = await tools.tenant("imports");
  const tenant = tenantName(plan, chosen);
  const context = await contextOf(tools, plan, chosen.context.name);
  const { en, ja } = describe(plan, tenant);
  const there =
    context === undefined
      ? text("", "")
      : text(` (the tenant of the context ${context} has them)`, `(コンテキスト ${context} のテナントにはあります)`);
  const what = text(
    `${en}${there.en}. Is this the file of another tenant?`,
    `${ja}${there.ja}。別のテナントのファイルではありませんか?`,
  );
  return { what, tenant, context };
}

const calledFile = ({ fileName }: Pick<Import, "fileName">): string => (fileName === "-" ? "stdin" : fileName);

/** Number of mail domains that a message names. */
const MAX_DOMAINS = 3;

function describe({ kind, rows, fileName, recordsBefore, foreign }: ForeignPlan, tenant: Text): Text {
  const { thing } = FORMATS[kind];
  const noun = nounNamed(thing.noun ?? thing.name);
  const file = calledFile({ fileName });
  if (foreign.by === "key")
    return text(
      `none of the ${counted(rows, "row")} of ${file} matches one of the ${counted(recordsBefore, noun.en)} of ${tenant.en}`,
      `${file} の ${rows} 行は、${tenant.ja} の${noun.ja} ${recordsBefore} 件のどれとも一致しません`,
    );
  if (foreign.by === "name")
    return text(
      `no row of ${file} has the same name as the ${noun.en} of ${tenant.en} with the same key`,
      `${file} のどの行も、キーが同じ ${tenant.ja} の${noun.ja}と名前が一致しません`,
    );
  const more = foreign.values.length > MAX_DOMAINS ? ", …" : "";
  const domains = `${foreign.values
    .slice(0, MAX_DOMAINS)
    .map((domain) => `@${domain}`)
    .join(", ")}${more}`;
  return text(
    `no ${noun.en} of ${tenant.en} has a mail domain of ${file} (${domains})`,
    `${file} のメールドメイン(${domains})は、${tenant.ja} の${noun.ja}に 1 件もありません`,
  );
}

/** Returns the name of another context on this computer whose tenant has what a file has; undefined if there is none. */
async function contextOf(tools: Tools, plan: ForeignPlan, own: string): Promise<string | undefined> {
  // different people may have the same name
  if (plan.foreign.by === "name") return undefined;
  for (const context of await tools.contexts.list()) {
    if (context.name === own || context.kind !== "embedded") continue;
    // a tenant that cannot be read, or that this account may not read, is none that can be proposed
    if (await hasAny(tools, context, plan).catch(() => false)) return context.name;
  }
  return undefined;
}

/** Returns whether the tenant of a context has a key or a domain of a file. A file that lacks a step of the schema is left alone. */
async function hasAny(tools: Tools, context: EmbeddedContext, { kind, foreign }: ForeignPlan): Promise<boolean> {
  const state = await tools.inspectTenant(context);
  if (state === undefined || state.version !== state.newest) return false;
  const { client } = await tools.tenantBeside(context, "users", "devices", "secured");
  const { app } = FORMATS[kind];
  for (const value of foreign.values) {
    if (foreign.by === "domain") {
      for await (const { emails } of client.users.list({ filterId: `@${value}` }))
        if (emails.some((email) => email.toLowerCase().endsWith(`@${value}`))) return true;
      continue;
    }
    const found =
      app !== undefined
        ? await client.secured.find(app, { name: value })
        : kind === "devices"
          ? await client.devices.find({ name: value })
          : await client.users.find({ name: value });
    if (found.length > 0) return true;
  }
  return false;
}

import type { Client, DeletionRequest, Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { same, text } from "../../lib/text/index.ts";
import { flagName } from "../field.ts";
import { writeDeletions } from "../imports/outputs/console/deletions.ts";
import { checkAdministrators } from "../imports/plan/administrators.ts";
import { checkLimits } from "../../lib/plan/limits.ts";
import { requireAnswerableConfirmation } from "../imports/plan/options.ts";
import { NOTHING_CHANGED, PendingPlan } from "../imports/plan/pending.ts";
import { settlePlan } from "../imports/plan/settle.ts";
import { showPlan } from "../imports/plan/show.ts";
import { requireNamed } from "../permission.ts";
import type { Tools } from "../tools.ts";
import type { Findable } from "./findable.ts";
import { idsNamed, NamesNotFound } from "./names.ts";
import { listBeside, type DeletionOptions } from "./options.ts";
import { typedNames } from "./typed-names.ts";

type FilterName = "filterName" | "filterId" | "search" | "org" | "status" | "platform" | "tag";

/** What is to be deleted, as typed. */
export interface Deletion<R extends { readonly id: string }> {
  readonly kind: DeletionRequest["kind"];
  readonly names: readonly string[];
  readonly file: string | undefined;
  /** the filters of the list; `org` as typed */
  readonly filters: Readonly<Partial<Record<FilterName, string | undefined>>>;
  readonly recursive?: boolean | undefined;
  readonly options: DeletionOptions;
  /** how its records are found; asked once the tenant is known */
  readonly found: () => Promise<Findable<R>>;
  /** the id of the organisation of a filter */
  readonly orgId?: ((org: string) => Promise<string>) | undefined;
}

/**
 * Deletes records by their names or by filters: shows who goes, has the count confirmed, and commits all of it or nothing.
 *
 * @throws `usage` where neither is given, or both; `not-found` where a name finds nothing
 */
export async function runDeletion<R extends { readonly id: string }>(
  tools: Tools,
  deletion: Deletion<R>,
): Promise<void> {
  const { options, kind, file } = deletion;
  tools.summarize({ file });
  refuseContradictions(deletion);
  checkLimits(options);
  const { dryRun, confirmDeletions, maxDeletions } = options;
  const answers = { mode: "replace", dryRun, confirmDeletions, maxDeletions } as const;
  requireAnswerableConfirmation({ file: file ?? "", options: answers }, tools);
  const chosen = await tools.tenant("imports");
  if (!dryRun) requireNamed(tools, chosen);
  tools.describeState(() => NOTHING_CHANGED);
  const asked = await requestOf(tools, deletion);
  const plan = await chosen.client.imports.delete({ kind, ...asked }, tools.signal);
  const pending = new PendingPlan(tools, chosen.client, plan, false);
  return pending.settling(() => settle(tools, pending, options));
}

/** Shows a plan, asks about it, and commits or leaves it. */
async function settle(tools: Tools, pending: PendingPlan, options: DeletionOptions): Promise<void> {
  const { plan } = pending;
  const { list } = options;
  await showPlan(tools, plan, { allRows: same(list ?? "--list gone.xlsx") });
  if (plan.delete > 0) await checkAdministrators(tools, plan);
  await settlePlan(tools, pending, { ...options, file: list === undefined ? undefined : listFile(tools, list, plan) });
}

/** Records by their ids, or the filters. */
async function requestOf<R extends { readonly id: string }>(
  tools: Tools,
  { kind, names, file, filters, recursive, found, orgId }: Deletion<R>,
): Promise<Omit<DeletionRequest, "kind" | "recursive"> & { readonly recursive?: boolean }> {
  const given = Object.entries(filters).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  if (given.length > 0) {
    const called = given.map(([key, value]) => `--${flagName(key)} ${value}`).join(" ");
    const { org, ...others } = filters;
    const id = org === undefined ? undefined : await orgId?.(org);
    return { ...others, ...(id !== undefined && { org: id }), called: shortened(called) };
  }
  const findable = await found();
  const typed = await typedNames(tools, { names, file, byMail: findable.beside !== undefined });
  if (typed.length === 0) throw NOBODY;
  const called = file === undefined || file === "-" ? typed.map(({ name, whole = name }) => whole).join(", ") : file;
  const more = { ...(recursive === true && { recursive }), called: shortened(called) };
  try {
    return { ids: await idsNamed(tools, typed, findable), ...more };
  } catch (error) {
    if (!(error instanceof NamesNotFound) || error.found.length === 0) throw error;
    const refused = await refusalOf(tools, { kind, ids: [...error.found], ...more });
    throw refused === undefined ? error : error.along(refused);
  }
}

/** Why the tenant does not delete those who were found, where others were not: all is told at once; undefined if it would. */
async function refusalOf(
  tools: Tools,
  request: Parameters<Client<"imports">["imports"]["delete"]>[0],
): Promise<Failure | undefined> {
  const { client } = await tools.tenant("imports");
  try {
    const { id } = await client.imports.delete(request, tools.signal);
    await client.imports.discard(id);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return error.code === "input-rejected" ? error : undefined;
  }
}

const LONGEST_CALLED = 255;

/** What is told as the file of the import. */
const shortened = (called: string): string =>
  called.length <= LONGEST_CALLED ? called : `${called.slice(0, LONGEST_CALLED - 1).replace(/[\ud800-\udbff]$/, "")}…`;

/** @throws `usage` where neither names nor filters are given, or both */
function refuseContradictions({ names, file, filters }: Pick<Deletion<never>, "names" | "file" | "filters">): void {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const named = names.length > 0 || file !== undefined;
  if (given.length === 0 && !named) throw NOBODY;
  const [first] = given;
  if (first === undefined || !named) return;
  throw new Failure("usage", {
    what: text("names and filters exclude each other", "名前と絞り込み条件は同時に指定できません"),
    where: `--${flagName(first[0])}`,
  });
}

const NOBODY = new Failure("usage", {
  what: text("nothing is named", "削除の対象が指定されていません"),
  hint: text(
    "name what is to go, or pass --file FILE or a filter",
    "名前か --file FILE、または絞り込み条件を指定してください",
  ),
});

/** Returns the file of who goes: the records of the plan's kind; beside it, those of the users who go with organisations. */
const listFile = (tools: Tools, name: string, plan: Import) => {
  const write = async (path: string, kind: Import["kind"], settle: () => Promise<unknown>): Promise<void> => {
    await writeDeletions(tools, path, { id: plan.id, kind }, settle);
    await tools.terminal.note(text(`list written: ${path}`, `一覧を書き出しました: ${path}`));
  };
  return {
    name,
    write: async (settle: () => Promise<unknown>): Promise<undefined> => {
      const users = (): Promise<void> => write(listBeside(name, "users"), "users", settle);
      await write(name, plan.kind, (plan.beside ?? []).length === 0 ? settle : users);
    },
  };
};

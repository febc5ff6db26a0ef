import type { DeletionRequest } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { same, text } from "../../lib/text/index.ts";
import { checkAdministrators } from "../imports/plan/administrators.ts";
import { validateLimits } from "../../lib/plan/limits.ts";
import { refuseTypedFile, toRecordedName } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending-plan.ts";
import { finishPlan } from "../imports/plan/finish-plan.ts";
import { showPlan } from "../imports/plan/show.ts";
import { requireNamedContext } from "../permission.ts";
import type { Tools } from "../tools.ts";
import { resolveRecordIds, type FindableKind } from "./resolve-names.ts";
import type { DeletionOptions } from "./options.ts";
import { readTypedNames, type NameList, type NameSources } from "./typed-names.ts";

export interface Deletion<R extends { readonly id: string }> {
  readonly kind: DeletionRequest["kind"];
  readonly from: NameSources;
  readonly recursive?: boolean | undefined;
  readonly options: DeletionOptions;
  readonly found: () => Promise<FindableKind<R>>;
}

export async function runDeletion<R extends { readonly id: string }>(
  tools: Tools,
  deletion: Deletion<R>,
): Promise<void> {
  const { options, kind } = deletion;
  const { file } = deletion.from;
  tools.summarize({ file });
  validateLimits(options);
  const { dryRun } = options;
  refuseTypedFile({ file, dryRun }, tools.terminal);
  const chosen = await tools.tenant("imports", "layouts");
  if (!dryRun) requireNamedContext(tools, chosen);
  const { learnt, ...asked } = await buildDeletionRequest(tools, deletion);
  const plan = await chosen.client.imports.delete({ kind, ...asked }, tools.signal);
  const pending = new PendingPlan(tools, chosen.client, plan, options.keepPlan);
  return pending.settling(async () => {
    await finishDeletion(tools, pending, options);
    if (learnt && pending.committed !== undefined) await chosen.client.layouts.learn({ kind: "users", ...learnt });
  });
}

async function finishDeletion(tools: Tools, pending: PendingPlan, options: DeletionOptions): Promise<void> {
  const { plan } = pending;
  const { report } = options;
  await showPlan(tools, plan, { allRows: same(report ?? "--report plan.xlsx") });
  if (report !== undefined) await (await import("../imports/outputs/report.ts")).writeReport(tools, report, plan);
  if (plan.delete > 0) await checkAdministrators(tools, plan);
  await finishPlan(tools, pending, options);
}

async function buildDeletionRequest<R extends { readonly id: string }>(
  tools: Tools,
  { from, recursive, found }: Deletion<R>,
): Promise<Omit<DeletionRequest, "kind" | "recursive"> & { readonly recursive?: boolean } & Pick<NameList, "learnt">> {
  const findable = await found();
  const { typed, learnt } = await readTypedNames(tools, from, findable.called !== undefined);
  if (typed.length === 0) throw createNoTargetFailure(from);
  const called =
    from.file === undefined || from.file === "-"
      ? typed.map(({ name }) => name).join(", ")
      : toRecordedName(from.file, (await tools.tenant()).context);
  const ids = await resolveRecordIds(tools, typed, findable);
  return { ids, ...(recursive === true && { recursive }), called: shortenLabel(called), learnt };
}

const MAX_LABEL_LENGTH = 255;

const shortenLabel = (called: string): string =>
  called.length <= MAX_LABEL_LENGTH
    ? called
    : `${called.slice(0, MAX_LABEL_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;

export const createNoTargetFailure = ({ file }: Pick<NameSources, "file">): Failure =>
  new Failure("usage", {
    what: text("no records were specified", "対象のデータが指定されていません"),
    ...(file === undefined
      ? { hint: text("pass names or --file FILE", "名前か --file FILE を指定してください") }
      : { where: file === "-" ? "stdin" : file }),
  });

import { same, text } from "../../../lib/text/index.ts";
import type { Client, Import } from "../../../lib/client/index.ts";
import type { Failure } from "../../../lib/errors/index.ts";
import type { Outcome } from "../../command.ts";
import { loadCustomFields, loadColumnMap } from "../../csv/file/column-map.ts";
import { requireNamedContext } from "../../permission.ts";
import { loadRights } from "../../rights.ts";
import { rejectUnsupportedFixes } from "../../csv/file/fix.ts";
import type { Tools } from "../../tools.ts";
import { askAdministrators, checkAdministrators } from "./administrators.ts";
import { openInput } from "../../../lib/files/index.ts";
import {
  resolveMirrorRequest,
  refuseConflictingOptions,
  requireAnswerableConfirmation,
  requireAnswerableWipes,
  type ImportRequest,
} from "./options.ts";
import { NOTHING_CHANGED, PendingPlan } from "./pending-plan.ts";
import { showPlan } from "./show.ts";
import { listProblems, type ListedProblems } from "./problems.ts";
import { suggestErrorsFileName, buildImportCommand, NO_REMEDY } from "../refusal/command.ts";
import { loadKnownNames } from "../refusal/names.ts";
import { warnOfForeignFile } from "../refusal/foreign.ts";
import type { SecretSource } from "../outputs/console/secrets.ts";
import { settlePlan, type PlanFile } from "./settle.ts";
import { examineFile, sendFile } from "./send.ts";

// loaded only by runs that write these files or refuse the import
const loadUploadModule = () => import("../outputs/console/emit.ts");
const loadPasswordsModule = () => import("../outputs/passwords.ts");
const loadErrorsModule = () => import("../outputs/errors.ts");
const loadRejectionModule = () => import("../refusal/rejection.ts");

/**
 * Imports a file: sends it, shows the plan, asks for confirmation, and commits all of the plan or nothing.
 *
 * @throws `input-rejected` if a row is invalid and invalid rows are not skipped
 */
export async function runImport(tools: Tools, typed: ImportRequest): Promise<Outcome> {
  const requested = resolveMirrorRequest(typed);
  tools.summarize({ file: requested.file });
  refuseConflictingOptions(requested);
  requireAnswerableConfirmation(requested, tools);
  rejectUnsupportedFixes(requested.options.fix, requested.kind);
  const chosen = await tools.tenant("imports");
  const { client, context } = chosen;
  if (!requested.options.dryRun) requireNamedContext(tools, chosen, requested.options);
  tools.describeState(() => NOTHING_CHANGED);
  const { encoding, newline, sheet, map: asked } = requested.options;
  const map = await loadColumnMap(tools, requested.kind, {
    option: asked,
    context,
    customFields: () => loadCustomFields(tools),
  });
  await using file = await openInput(tools, requested.file);
  const retyped = await assignUnusedNames(tools, typed);
  const again = (name: string): string =>
    buildImportCommand({ ...retyped, options: { ...typed.options, sheet: name } }, NO_REMEDY);
  const reading = await examineFile(tools, file, { encoding, newline, sheet, map, format: requested.kind, again });
  const sent = await sendFile(tools, file, requested, reading, map);
  const plan = requested.options.fromConsole ? await keepRecordsInUse(tools, client, sent) : sent;
  const pending = new PendingPlan(tools, client, plan, requested.options.keepPlan);
  // awaited here because the file is closed on return
  return await pending.settling(async () => {
    const problems = await listProblems(tools.terminal, client, plan, {
      typed: file.label,
      knownNames: (needs) => loadKnownNames(tools, plan, needs),
      isExport: requested.options.fromConsole,
    });
    const { report, errors, emitCsv, keepPlan } = requested.options;
    await showPlan(tools, plan, { ...problems, allRows: same(report ?? "--report plan.xlsx") });
    if (!plan.rejected) await adviseNewAddresses(tools, requested, problems.remedies);
    if (report !== undefined) await (await import("../outputs/report.ts")).writeReport(tools, report, plan, keepPlan);
    if (errors !== undefined) await (await loadErrorsModule()).writeErrors(tools, errors, { plan, file, reading });
    if (plan.foreign !== undefined && (plan.rejected || requested.options.dryRun)) await warnOfForeignFile(tools, plan);
    if (plan.rejected) {
      await pending.leave();
      throw await explainRejection(tools, requested, plan, problems);
    }
    if (emitCsv !== undefined) (await loadUploadModule()).refuseUnseenData(plan);
    const unknown = await checkAdministrators(tools, plan);
    requireAnswerableWipes(plan, requested, tools);
    const outcome = await settlePlan(tools, pending, {
      ...requested.options,
      requested,
      file: await prepareFiles(tools, requested, { plan, file, reading, map }),
    });
    const isMirrored = requested.options.fromConsole && pending.isCommitted;
    if (unknown !== undefined && isMirrored) await askAdministrators(tools, unknown);
    return outcome;
  });
}

/** Returns the files to write together with the commit: the upload file and the hand-out sheet of passwords. */
async function prepareFiles(
  tools: Tools,
  { kind, generatePasswords, options: { emitCsv, dryRun } }: ImportRequest,
  input: Pick<SecretSource, "plan" | "file" | "reading" | "map">,
): Promise<PlanFile | undefined> {
  const passwords =
    generatePasswords === undefined ? undefined : (await loadPasswordsModule()).createPasswordGenerator(kind);
  const upload =
    emitCsv === undefined
      ? undefined
      : (await loadUploadModule()).prepareUploadFile(tools, emitCsv, { ...input, passwords });
  if (generatePasswords === undefined || passwords === undefined || dryRun) return upload;
  const { prepareHandOuts } = await import("../outputs/hand-out.ts");
  return prepareHandOuts(tools, generatePasswords, { source: { ...input, customFields: [] }, passwords }, upload);
}

/**
 * Plans a takeover again without deletions if it is rejected only because its export lacks records that are still in
 * use here: another export has to come first.
 */
async function keepRecordsInUse({ signal }: Tools, client: Client<"imports">, plan: Import): Promise<Import> {
  if (!plan.rejected) return plan;
  for await (const { code, severity } of client.imports.problems(plan.id))
    if (severity === "error" && code !== "delete-held" && code !== "org-delete-holds") return plan;
  return client.imports.replan(plan.id, { keepMissing: true }, signal);
}

/** Advises how to keep the records of people that an appending file would add a second time. */
async function adviseNewAddresses(
  { terminal }: Tools,
  requested: ImportRequest,
  { newAddresses }: Pick<ListedProblems["remedies"], "newAddresses">,
): Promise<void> {
  if (newAddresses.length === 0 || requested.options.allow?.includes("new-address") === true) return;
  const commands = (await loadRejectionModule()).buildAddressCommands(requested, newAddresses);
  await terminal.warn(
    text(
      `people in the file who may be in the tenant already: ${newAddresses.length}; if they are the same people: ${commands}`,
      `ファイルの ${newAddresses.length} 人は、すでに登録されている人の可能性があります。同じ人なら: ${commands}`,
    ),
  );
}

/** Returns the request with unused output names: a suggested command must not replace a file corrected since. */
async function assignUnusedNames({ outputs }: Tools, request: ImportRequest): Promise<ImportRequest> {
  const { errors = suggestErrorsFileName(request), report, emitCsv } = request.options;
  const free = async (name: string | undefined) => (name === undefined ? undefined : await outputs.freeName(name));
  return {
    ...request,
    free: { errors: await free(errors), report: await free(report), emitCsv: await free(emitCsv) },
  };
}

/** Creates the failure for a rejected plan, which names the next step. */
async function explainRejection(
  tools: Tools,
  requested: ImportRequest,
  plan: Import,
  problems: ListedProblems,
): Promise<Failure> {
  const [{ loadOpenTasks }, { createRejection }] = await Promise.all([
    import("../refusal/of-console.ts"),
    loadRejectionModule(),
  ]);
  const tasks = requested.options.fromConsole ? await loadOpenTasks(tools) : [];
  const { context } = await tools.tenant("imports");
  const { isSystem } = await loadRights(tools, context);
  return createRejection(plan, await assignUnusedNames(tools, requested), problems, { tasks, isSystem });
}

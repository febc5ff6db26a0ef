import { line, renderAdvice, step } from "../../../lib/advice/index.ts";
import type { Client, Import } from "../../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../../lib/errors/index.ts";
import { same, text } from "../../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { confirmPassword } from "../password-question.ts";
import { requireNamedContext } from "../permission.ts";
import type { Tools } from "../tools.ts";
import { checkAdministrators } from "./administrators.ts";
import { openInput, type InputFile } from "../../../lib/files/index.ts";
import { hasNoEffect } from "../../../lib/plan/describe.ts";
import {
  refuseConflictingOptions,
  refuseTypedFile,
  addMapOptions,
  type ImportOptions,
  type ImportRequest,
} from "../read-list/options.ts";
import { NOTHING_CHANGED, PendingPlan } from "./pending-plan.ts";
import { ANSWERS_STORED_NOTE, readList } from "../read-list/reading.ts";
import { showPlan } from "./show.ts";
import { listProblems, MAX_READ_PROBLEMS } from "../files/problems.ts";
import type { PlannedFile, PlanSecrets } from "./plan-secrets.ts";
import { finishPlan } from "./finish-plan.ts";
import { sendFile } from "./send.ts";
import type { TranslatedValue } from "../../../lib/csv/layout/map.ts";
import { refersToOrg } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import { loadOrgPaths } from "./report.ts";

const MAX_ASKED_ORG_NAMES = 20;
const SKIP_CHOICE = text("none: report the rows with this name as errors", "なし(この名前の行はエラーにする)");

async function askOrgNames(tools: Tools, plan: Import): Promise<readonly TranslatedValue[]> {
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

/** @throws `input-rejected` if a row is invalid, unless the options skip invalid rows */
export async function runImport(tools: Tools, asked: ImportRequest): Promise<Outcome> {
  tools.summarize({ file: asked.file });
  refuseConflictingOptions(asked);
  for (const file of [asked.file, asked.options.orgs])
    refuseTypedFile({ file, dryRun: asked.options.dryRun }, tools.terminal);
  const chosen = await tools.tenant("imports");
  const { client } = chosen;
  if (!asked.options.dryRun) requireNamedContext(tools, chosen);
  if (asked.options.report !== undefined) await (await import("./report.ts")).askCompanyName(tools);
  const orgs = await planOrgs(tools, client, asked.options);
  await using file = await openInput(tools, asked.file);
  const first = await planFile(tools, file, { ...asked, orgs }).catch((error: unknown) =>
    discardAndThrow(client, orgs, error),
  );
  const { plan, requested, reading, map, learns, note, headers } = await answerOrgNames(tools, file, first);
  const pending = new PendingPlan(tools, client, plan, requested.options.keepPlan);
  // await before returning, because returning closes the file
  return await pending.settling(async () => {
    const problems = await listProblems(tools.terminal, client, plan, file.label);
    const { report, errors, emitCsv } = requested.options;
    const list = { file: asked.file === "-" ? "FILE" : asked.file, sheet: reading.sheet };
    const leavers = step("for the leavers", "退職者の手続き", line("users leave", [], list));
    const notes = [
      ...(note === undefined || (plan.rejected && learns) ? [] : [note]),
      ...(plan.left > 0 && plan.kind === "users" ? [renderAdvice(leavers)] : []),
    ];
    await showPlan(tools, plan, { ...problems, more: notes, allRows: same(report ?? "--report plan.xlsx") });
    if (report !== undefined) await (await import("./report.ts")).writeReport(tools, report, plan);
    if (errors !== undefined)
      await (
        await import("./errors.ts")
      ).writeErrors(tools, errors, { plan, problems: () => client.imports.problems(plan.id), file, reading });
    if (plan.rejected) {
      await pending.leave();
      const { createRejection } = await import("./rejection.ts");
      throw createRejection(plan, requested, problems);
    }
    const secrets = await readSecrets(tools, requested, { plan, file, reading, map });
    const upload = emitCsv === undefined ? undefined : await import("./emit-upload.ts");
    await upload?.checkUpload(tools, plan, { label: file.label, file: emitCsv ?? "", secrets });
    await checkAdministrators(tools, plan);
    if (!(await confirmDoubts(tools, problems.codes, { ...requested.options, label: file.label }))) {
      await pending.leave();
      return tools.terminal.note(NOTHING_CHANGED);
    }
    const write = await preparePasswords(tools, requested.options.generatePasswords, secrets);
    const settling = { ...requested.options, requested, write, changes: learns || !hasNoEffect(plan) };
    const outcome =
      upload === undefined || emitCsv === undefined
        ? await finishPlan(tools, pending, settling)
        : await upload.finishPlanWithUpload(tools, pending, emitCsv, { ...settling, secrets });
    if (learns && pending.committed !== undefined) {
      const { keepAnswers } = await import("../read-list/kept-answers.ts");
      await keepAnswers(tools, { use: "import", kind: asked.kind, headers }, undefined);
    }
    return outcome;
  });
}

/** Without a terminal, the plan only names the columns. */
async function confirmDoubts(
  tools: Tools,
  codes: ReadonlySet<string>,
  { dryRun, label }: Pick<ImportOptions, "dryRun"> & { readonly label: string },
): Promise<boolean> {
  const { terminal } = tools;
  if (dryRun || !terminal.interactive) return true;
  if (codes.has("value-password") && !(await confirmPassword(tools, label))) return false;
  if (!codes.has("values-moved")) return true;
  const message = text(
    "In a column, values only changed places: was one column sorted alone? Go on anyway?",
    "値が行どうしで入れ替わっただけの列があります(その列だけを並べ替えていませんか?)。続けますか?",
  );
  return terminal.prompts.confirm({ message, flag: "--yes" });
}

async function planFile(tools: Tools, file: InputFile, asked: ImportRequest) {
  const { map, learns, note, reading, headers } = await readList(tools, file, { use: "import", ...asked });
  const requested = addMapOptions(asked, map?.options);
  refuseConflictingOptions(requested);
  const plan = await sendFile(tools, file, requested, reading, map, learns);
  return { plan, requested, reading, map, learns, note, headers };
}

type PlannedList = Awaited<ReturnType<typeof planFile>>;

async function answerOrgNames(tools: Tools, file: InputFile, planned: PlannedList): Promise<PlannedList> {
  const { plan, requested, reading, map, headers } = planned;
  if (plan.errors === 0 || !tools.terminal.interactive || requested.file === "-") return planned;
  const { client } = await tools.tenant("imports");
  try {
    const answers = await askOrgNames(tools, plan);
    if (answers.length === 0) return planned;
    const { key, orgBy, sheet, headerRow } = { ...requested.options, ...map?.options };
    const options = { ...map?.options, key, orgBy, sheet, headerRow };
    const learnt = { columns: [], ...map, options, values: [...(map?.values ?? []), ...answers] };
    const { keepAnswers } = await import("../read-list/kept-answers.ts");
    await keepAnswers(tools, { use: "import", kind: requested.kind, headers }, learnt);
    const again = await sendFile(tools, file, requested, reading, learnt, true);
    await client.imports.discard(plan.id);
    return {
      ...planned,
      plan: again,
      map: learnt,
      learns: true,
      note: planned.learns ? planned.note : ANSWERS_STORED_NOTE,
    };
  } catch (error) {
    return discardAndThrow(client, plan.id, error);
  }
}

async function planOrgs(tools: Tools, client: Client<"imports">, { orgs: name, dryRun, keepPlan }: ImportOptions) {
  if (name === undefined) return undefined;
  const options = { mode: "append", encoding: "auto", skipInvalid: false, dryRun, keepPlan } as const;
  await using file = await openInput(tools, name);
  const { plan, requested, note } = await planFile(tools, file, { kind: "orgs", file: name, options });
  if (note !== undefined) await tools.terminal.note(note);
  if (!plan.rejected) return plan.id;
  const problems = await listProblems(tools.terminal, client, plan, file.label);
  const { createRejection } = await import("./rejection.ts");
  return discardAndThrow(client, plan.id, createRejection(plan, requested, problems));
}

async function discardAndThrow(client: Client<"imports">, id: string | undefined, error: unknown): Promise<never> {
  if (id !== undefined) await ignoreFailure(() => client.imports.discard(id));
  throw error;
}

async function readSecrets(
  tools: Tools,
  { options: { generatePasswords, emitCsv, dryRun } }: ImportRequest,
  input: PlannedFile,
): Promise<PlanSecrets | undefined> {
  const generates = generatePasswords !== undefined && !dryRun;
  if (emitCsv === undefined && !generates) return undefined;
  const { client } = await tools.tenant("tenant");
  if (emitCsv === undefined && (await client.tenant.show()).mirroredAt !== null)
    throw new Failure("usage", {
      what: text(
        "in a mirror, --generate-passwords needs --emit-csv: upload its file, so that the console gets the passwords",
        "ミラーで --generate-passwords を使うときは、パスワードを管理画面にアップロードするために --emit-csv も必要です",
      ),
    });
  return (await import("./plan-secrets.ts")).readPlanSecrets(tools, input, generates);
}

async function preparePasswords(tools: Tools, path: string | undefined, secrets: PlanSecrets | undefined) {
  if (path === undefined || secrets === undefined) return undefined;
  const { writePasswords } = await import("./plan-secrets.ts");
  return (settle: () => Promise<void>) => writePasswords(tools, path, secrets.generated, settle);
}

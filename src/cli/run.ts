import type { Command, Outcome, VerbNode } from "../commands/kit/command.ts";
import { isModifyingCommand } from "../commands/kit/globals.ts";
import type { RunSummary } from "../commands/kit/summary.ts";
import type { Tools } from "../commands/kit/tools.ts";
import { findHomeFault, createUnsafeHomeFailure } from "../lib/config/index.ts";
import type { JobRecorder } from "../commands/kit/jobs/recorder.ts";
import { ERRORS, unwrapSuppressed, type Failure } from "../lib/errors/index.ts";
import { getStackLines, type ErrorStyle } from "../lib/terminal/failure.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { Interrupts, UNCHANGED_STATE, UNKNOWN_STATE } from "./interrupts.ts";
import { isHungUp, type ProgramEnvironment } from "./environment.ts";
import { parseTypedWords, type ParsedLine, type TypedWords } from "./parse.ts";
import { openTools } from "./tools.ts";

interface Invocation extends TypedWords<Command> {
  readonly verb: VerbNode;
  readonly words: readonly string[];
}

export async function runVerb(outside: ProgramEnvironment, style: ErrorStyle, line: Invocation): Promise<number> {
  const { path, verb, command, words } = line;
  const parsed = await parseOrSummarize(outside, line);
  const { globals, input } = parsed;
  const interrupts = new Interrupts(outside.host, style, (report) => outside.writeNow(2, report));
  const isDry = input["dryRun"] === true;
  const isRehearsal = isDry && input["keepPlan"] !== true;
  const summary = command.plans === true ? await createSummary(outside, path, globals.timezone) : undefined;
  const changes = isModifyingCommand(command);
  const tools = openTools(outside, globals, { interrupts, summary }, { isRehearsal, isChange: changes && !isDry });
  const { terminal } = tools;
  // check `summary` first, because `terminal.interactive` opens stdin, which is slow
  const written = summary === undefined || isDry || terminal.interactive ? undefined : summary;
  const isJob = (command.plans === true || command.job !== undefined) && !isDry;
  let recorder: JobRecorder | undefined;
  let failed: Failure | undefined;
  const summarize = async (ended: number, failure?: Failure): Promise<void> => {
    failed = failure;
    if (written === undefined) return;
    if (failure !== undefined || written.changed || !globals.quiet) await terminal.problem(same(written.line(ended)));
  };
  if (written !== undefined) interrupts.precede((ended) => `${written.line(ended)}\n`);
  const exit = await finishWork(outside, interrupts, summarize, tools, { verb, command, input }, async () => {
    const { shows } = command;
    const changesBy = command.changesBy?.some((key) => input[key] !== undefined && input[key] !== false) ?? false;
    await checkHomeSafety(tools, {
      isChange: (changes || changesBy) && !isRehearsal,
      opens: command.opensTenant !== false || command.readsTenants === true,
    });
    if (changes && command.opensTenant === false) interrupts.describe(() => UNKNOWN_STATE);
    if (shows !== undefined && command.opensTenant !== false) terminal.tellChanges();
    if (shows !== undefined) terminal.checkOutput(typeof shows === "function" ? shows(terminal) : shows);
    // started here, because a command line with a mistake is no run of a job; one without its folder is
    if (isJob) recorder = await startRecorder(tools, { path, words, command, input });
    if (!(await confirmOutputs(tools, command, parsed))) {
      recorder = undefined;
      return terminal.note(UNCHANGED_STATE);
    }
    return command.run(tools, input as never);
  });
  await recorder?.end(interrupts.exit ?? exit, failed);
  try {
    await tools[Symbol.asyncDispose]();
  } catch (error) {
    const { en, ja } = await describeCause(error);
    await terminal.warn(text(`the clean-up failed: ${en}`, `後処理に失敗しました: ${ja}`));
    await terminal.close().catch(() => undefined);
  }
  return interrupts.over() ?? exit;
}

const startRecorder = async (...run: Parameters<typeof JobRecorder.start>): Promise<JobRecorder | undefined> =>
  (await import("../commands/kit/jobs/recorder.ts")).JobRecorder.start(...run);

const createSummary = async (
  { clock }: ProgramEnvironment,
  path: readonly string[],
  timezone?: string,
): Promise<RunSummary> => new (await import("../commands/kit/summary.ts")).RunSummary(path, clock.now, timezone);

/** In scripts, writes the summary line of a plan even if the command line is invalid. */
async function parseOrSummarize(outside: ProgramEnvironment, line: Invocation): Promise<ParsedLine> {
  try {
    return parseTypedWords(line);
  } catch (error) {
    const isInteractive = outside.host.stdin.isTTY && !("noInput" in line.options);
    if (line.command.plans === true && !isInteractive && !("dryRun" in line.options))
      outside.writeNow(2, `${(await createSummary(outside, line.path)).line(ERRORS.usage.exit)}\n`);
    throw error;
  }
}

const toExitCode = (outcome: Outcome): number => {
  if (typeof outcome === "number") return outcome;
  return outcome === undefined ? 0 : ERRORS[outcome].exit;
};

/** For a read-only command, unsafe permissions of the home folder only cause a warning. */
async function checkHomeSafety(
  { home, terminal }: Tools,
  { isChange, opens }: { readonly isChange: boolean; readonly opens: boolean },
): Promise<void> {
  if (!isChange && !opens) return;
  const fault = findHomeFault(home);
  if (fault === undefined) return;
  if (isChange) throw createUnsafeHomeFailure(fault);
  const { what, mend } = fault;
  await terminal.warn(text(`${what.en}: ${mend}`, `${what.ja}: ${mend}`));
}

async function confirmOutputs(tools: Tools, command: Command, { globals, input }: ParsedLine): Promise<boolean> {
  const isNamed = [command.args, command.options].some((fields) =>
    Object.entries(fields).some(([key, { kind }]) => kind === "output" && input[key] !== undefined),
  );
  if (!isNamed && globals.output === undefined) return true;
  const { collectInputs, collectOutputs, permitOutputs } = await import("../commands/kit/files/outputs.ts");
  return permitOutputs(tools, collectOutputs(command, { globals, input }), collectInputs(command, input));
}

const describeCause = async (error: unknown): Promise<Text> => {
  const { asFailure } = await import("./report.ts");
  const { what, where } = asFailure(error);
  const place = where === undefined ? "" : ` (${where})`;
  return text(`${what.en}${place}`, `${what.ja}${place}`);
};

async function finishWork(
  outside: ProgramEnvironment,
  interrupts: Interrupts,
  summarize: (exit: number, failure?: Failure) => Promise<void>,
  { terminal }: Tools,
  { verb, command, input }: Pick<ParsedLine, "input"> & { readonly verb: VerbNode; readonly command: Command },
  work: () => Promise<Outcome>,
): Promise<number> {
  try {
    const outcome = await work();
    await terminal.noteChanges();
    await terminal.close();
    const exit = toExitCode(outcome);
    await summarize(exit);
    return exit;
  } catch (error) {
    const { first, later } = unwrapSuppressed(error);
    const { asFailure, nameOption } = await import("./report.ts");
    const { toFailureExitCode } = await import("./exit-codes.ts");
    const failure = nameOption(asFailure(first), command, input);
    const exit = toFailureExitCode(failure.code, verb);
    // while a prompt is shown, Ctrl-C arrives as a key, not as a signal
    if (failure.code === "interrupted") {
      // closing the terminal's window ends stdin before SIGHUP arrives
      if (isHungUp(outside)) interrupts.hangUp();
      interrupts.leave();
    }
    if (interrupts.exit === undefined) {
      for (const line of getStackLines(first)) await terminal.detail(same(line));
      for (const { en, ja } of await Promise.all(later.map(describeCause))) {
        await terminal.warn(text(`the clean-up also failed: ${en}`, `後処理にも失敗しました: ${ja}`));
      }
      const isUnexpected = command.plans === true && failure.code === "unexpected";
      const state = isUnexpected ? interrupts.state : interrupts.done;
      if (state !== undefined) await terminal.problem(state);
      if (input["nagios"] === true && verb.nagios !== undefined) {
        const { renderPluginFailure } = await import("../lib/renewals/plugin.ts");
        await terminal.out.write(`${renderPluginFailure(verb.nagios, failure.what, terminal.language)}\n`);
      }
      await summarize(exit, failure);
      await terminal.failure(failure);
    }
    await terminal.close().catch(() => undefined);
    return exit;
  }
}

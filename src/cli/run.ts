import type { Command, Outcome, VerbNode } from "../commands/command.ts";
import { RunSummary } from "../commands/summary.ts";
import type { Tools } from "../commands/tools.ts";
import { homeFault, unsafeHome } from "../lib/config/index.ts";
import { unsuppressed } from "../lib/errors/index.ts";
import { same, text, type Text } from "../lib/text/index.ts";
import { changesAlways, exitOf, failureExit } from "./exit-codes.ts";
import { Interrupts, UNKNOWN } from "./interrupts.ts";
import type { ErrorStyle } from "./error-style.ts";
import { isHungUp, type Outside } from "./outside.ts";
import { parse, type ParsedLine } from "./parse.ts";
import { asFailure, stackOf } from "./report.ts";
import { openTools } from "./tools.ts";

/** A routed verb, and the words still to be parsed. */
export interface Invocation {
  readonly path: readonly string[];
  readonly verb: VerbNode;
  readonly words: readonly string[];
}

/**
 * Runs a verb and shows what went wrong, if anything.
 *
 * @returns the exit code
 * @throws `usage` when the words do not match the verb's declaration, before anything is done
 */
export async function runVerb(outside: Outside, style: ErrorStyle, { path, verb, words }: Invocation): Promise<number> {
  const { default: command } = await verb.load();
  const parsed = parse(path, command, words);
  const { globals, input } = parsed;
  const interrupts = new Interrupts(outside.host, style, (report) => outside.writeNow(2, report));
  const isDry = input["dryRun"] === true;
  const isRehearsal = isDry && input["keepPlan"] !== true;
  const isNagios = input["nagios"] === true;
  const summary = new RunSummary(path, outside.clock.now);
  const tools = openTools(outside, globals, { interrupts, summary }, isRehearsal);
  const { terminal } = tools;
  const summarize = async (ended: number, isFailure: boolean): Promise<void> => {
    const line = isDry ? undefined : summary.line(ended);
    if (line === undefined || terminal.interactive) return;
    if (isFailure || summary.changed || !globals.quiet) await terminal.problem(same(line));
  };
  const exit = await settle(outside, { interrupts, summarize }, tools, { verb, isNagios }, async () => {
    const { shows } = command;
    const changes = changesAlways(command);
    const changesBy = command.changesBy?.some((key) => input[key] !== undefined && input[key] !== false) ?? false;
    await judgeHome(tools, {
      isChange: (changes || changesBy) && !isRehearsal,
      opens: command.opensTenant !== false || command.readsTenants === true,
    });
    if (!(await mayWrite(tools, command, parsed))) return terminal.note(NOTHING_DONE);
    if (changes) interrupts.describe(() => UNKNOWN);
    if (shows !== undefined && command.opensTenant !== false) terminal.tellChanges();
    if (shows !== undefined) await terminal.checkOutput(typeof shows === "function" ? shows(terminal) : shows);
    return command.run(tools, input as never);
  });
  try {
    await tools[Symbol.asyncDispose]();
  } catch (error) {
    const { en, ja } = causeOf(error);
    const { terminal } = tools;
    await terminal.warn(
      text(
        `the command is done, but its clean-up failed: ${en}`,
        `コマンドは完了しましたが、後片付けに失敗しました: ${ja}`,
      ),
    );
    await terminal.close().catch(() => undefined);
  }
  return interrupts.over() ?? exit;
}

const NOTHING_DONE = text("nothing was changed", "何も変更していません");

/**
 * Refuses a change in a home that others could change too, and warns of what is read there.
 *
 * @throws `not-permitted`
 */
async function judgeHome(
  { home, machine, terminal }: Tools,
  { isChange, opens }: { readonly isChange: boolean; readonly opens: boolean },
): Promise<void> {
  if (!isChange && !opens) return;
  const fault = await homeFault(home, machine.platform);
  if (fault === undefined) return;
  if (isChange) throw unsafeHome(fault);
  const { what, mend } = fault;
  await terminal.warn(text(`${what.en}: ${mend}`, `${what.ja}: ${mend}`));
}

/** What follows the work of a verb. */
interface VerbEnding {
  readonly interrupts: Interrupts;
  /** writes the summary line of a job, where there is one */
  readonly summarize: (exit: number, isFailure: boolean) => Promise<void>;
}

/** Whether the files that the command line names may be written: decided before anything is read or changed. */
async function mayWrite(tools: Tools, command: Command, { globals, input }: ParsedLine): Promise<boolean> {
  const isNamed = [command.args, command.options].some((fields) =>
    Object.entries(fields).some(([key, { kind }]) => kind === "output" && input[key] !== undefined),
  );
  if (!isNamed && globals.output === undefined) return true;
  const { namedInputs, namedOutputs, permitOutputs } = await import("../commands/outputs.ts");
  return permitOutputs(tools, namedOutputs(command, { globals, input }), namedInputs(command, input));
}

/** Why a clean-up failed, on one line. */
const causeOf = (error: unknown): Text => {
  const { what, where } = asFailure(error);
  const place = where === undefined ? "" : ` (${where})`;
  return text(`${what.en}${place}`, `${what.ja}${place}`);
};

/** Awaits the work and its output; shows a failure, unless a signal caused it. */
async function settle(
  outside: Outside,
  { interrupts, summarize }: VerbEnding,
  { terminal }: Tools,
  { verb, isNagios }: { readonly verb: VerbNode; readonly isNagios: boolean },
  work: () => Promise<Outcome>,
): Promise<number> {
  try {
    const outcome = await work();
    await terminal.noteChanges();
    await terminal.close();
    const exit = exitOf(outcome);
    await summarize(exit, false);
    return exit;
  } catch (error) {
    const { first, later } = unsuppressed(error);
    const failure = asFailure(first);
    const exit = failureExit(failure.code, verb, isNagios);
    // Ctrl-C in a question arrives as a key, not as a signal
    if (failure.code === "interrupted") {
      // so does the end of stdin as the window is closed, before SIGHUP is seen
      if (isHungUp(outside)) interrupts.hangUp();
      interrupts.leave();
    }
    if (interrupts.exit === undefined) {
      for (const line of stackOf(first)) await terminal.detail(same(line));
      for (const { en, ja } of later.map(causeOf)) {
        await terminal.warn(text(`the clean-up failed, too: ${en}`, `後片付けにも失敗しました: ${ja}`));
      }
      if (interrupts.done !== undefined) await terminal.problem(interrupts.done);
      if (isNagios && verb.nagios !== undefined) await writePluginFailure(terminal, verb.nagios.service, failure.what);
      await summarize(exit, true);
      await terminal.failure(failure);
    }
    await terminal.close().catch(() => undefined);
    return exit;
  }
}

/** Prints the reason on stdout, which is all that a monitoring system reads. */
async function writePluginFailure(terminal: Tools["terminal"], service: string, reason: Text): Promise<void> {
  const { pluginFailure } = await import("../lib/renewals/output/plugin.ts");
  await terminal.out.write(`${pluginFailure(service, reason, terminal.language)}\n`);
}

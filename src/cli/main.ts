import manifest from "../../package.json" with { type: "json" };
import { PROGRAM } from "../commands/index.ts";
import type { Command, VerbNode } from "../commands/kit/command.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { findVerb, formatTypedCommand, selectErrorStyle, type Route } from "./command-line.ts";
import type { ProgramEnvironment } from "./environment.ts";
import type { TypedWords } from "./parse.ts";

export { createProgramEnvironment } from "./environment.ts";

/** To start quickly, loads the code of a verb only if the line names that verb. */
export async function main(outside: ProgramEnvironment): Promise<number> {
  const { host, writeNow } = outside;
  const [first, ...others] = host.argv.slice(2);
  if (first === COMPLETION_ARGUMENT) return printCompletions(outside, others);
  const route = findVerb(PROGRAM, host.argv.slice(2));
  const { path, noun, verb, words, stray } = route;
  let { options } = route;
  try {
    // behind a verb, it is the version of an app
    if ("version" in options && verb === undefined) {
      writeNow(1, `clomoctl ${manifest.version}\n`);
      return 0;
    }
    const line = verb && (await readVerbWords(route, verb));
    options = { ...options, ...line?.options };
    if (stray !== undefined) throw (await import("./parse.ts")).createStrayFailure(stray);
    const style = selectErrorStyle(options, host.env, host.stderr);
    const helpAll = "helpAll" in options;
    const help = helpAll || "help" in options;
    if (verb !== undefined && line !== undefined && !help) {
      const { runVerb } = await import("./run.ts");
      return await runVerb(outside, style, { ...line, verb, words });
    }
    const { renderNounHelp, renderVerbHelp } = await import("./help.ts");
    if (line !== undefined) {
      writeNow(1, renderVerbHelp(path, line.command, style.language, helpAll));
      return 0;
    }
    const isRequested = help || path.length === 0;
    writeNow(isRequested ? 1 : 2, renderNounHelp(path, noun, style.language, helpAll));
    if (isRequested) return 0;
    const what = text("specify a subcommand", "サブコマンドを指定してください");
    throw new Failure("usage", { what, where: formatTypedCommand(path) });
  } catch (error) {
    const { asFailure } = await import("./report.ts");
    const { renderReport } = await import("../lib/terminal/failure.ts");
    const { toFailureExitCode } = await import("./exit-codes.ts");
    const failure = asFailure(error);
    const style = selectErrorStyle(options, host.env, host.stderr);
    // print the failure on stdout, because monitoring systems do not read stderr
    if ("nagios" in options && verb?.nagios !== undefined) {
      const { renderPluginFailure } = await import("../lib/renewals/plugin.ts");
      writeNow(1, `${renderPluginFailure(verb.nagios, failure.what, style.language)}\n`);
    }
    writeNow(2, renderReport(failure, style));
    return toFailureExitCode(failure.code, verb);
  }
}

async function readVerbWords({ path, words }: Route, verb: VerbNode): Promise<TypedWords<Command>> {
  const { readWords } = await import("./parse.ts");
  return readWords(path, (await verb.load()).default, words);
}

const COMPLETION_ARGUMENT = "__complete";

/**
 * Prints nothing on failure, because an error message would disturb the user's typing.
 *
 * @param asked number of words before the cursor, these words, and the incomplete word at the cursor
 */
async function printCompletions(outside: ProgramEnvironment, [count, ...words]: readonly string[]): Promise<number> {
  const { host, writeNow } = outside;
  const answer = async (): Promise<string> => {
    const { answerShell } = await import("./complete.ts");
    const route = findVerb(PROGRAM, words.slice(0, Number(count)));
    const read = route.verb && (await readVerbWords(route, route.verb));
    const line = { ...route, args: [], ...read };
    return answerShell(line, words[Number(count)] ?? "", {
      language: selectErrorStyle(line.options, host.env).language,
      readContexts: async () => (await import("./tools.ts")).readContextNames(outside),
    });
  };
  writeNow(1, await answer().catch(() => ""));
  return 0;
}

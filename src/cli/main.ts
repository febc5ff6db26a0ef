import manifest from "../../package.json" with { type: "json" };
import { PROGRAM } from "../commands/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { formatTypedCommand, requireKnownWords, selectErrorStyle, scanCommandLine } from "./command-line.ts";
import type { ProgramEnvironment } from "./environment.ts";

export { createProgramEnvironment } from "./environment.ts";

/** To start quickly, loads the code of a verb only if that verb runs. */
export async function main(outside: ProgramEnvironment): Promise<number> {
  const { host, writeNow } = outside;
  const [first, ...others] = host.argv.slice(2);
  if (first === COMPLETION_ARGUMENT) return printCompletions(outside, others);
  const line = scanCommandLine(PROGRAM, host.argv.slice(2));
  const style = selectErrorStyle(line, host.env, host.stderr);
  try {
    // behind a verb, it is the version of an app
    if ("version" in line.values && line.verb === undefined) {
      writeNow(1, `clomoctl ${manifest.version}\n`);
      return 0;
    }
    requireKnownWords(line);
    const { path, noun, verb, words, help, values } = line;
    const helpAll = "help-all" in values;
    if (verb !== undefined && !help) {
      const { runVerb } = await import("./run.ts");
      return await runVerb(outside, style, { path, verb, words });
    }
    const { renderNounHelp, renderVerbHelp } = await import("./help.ts");
    if (verb !== undefined) {
      const { default: command } = await verb.load();
      writeNow(1, renderVerbHelp(path, command, style.language, helpAll));
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
    const nagios = line.flags.has("--nagios") ? line.verb?.nagios : undefined;
    // print the failure on stdout, because monitoring systems do not read stderr
    if (nagios !== undefined) {
      const { renderPluginFailure } = await import("../lib/renewals/plugin.ts");
      writeNow(1, `${renderPluginFailure(nagios, failure.what, style.language)}\n`);
    }
    writeNow(2, renderReport(failure, style));
    return toFailureExitCode(failure.code, line.verb);
  }
}

const COMPLETION_ARGUMENT = "__complete";

/**
 * Prints nothing on failure, because an error message would disturb the user's typing.
 *
 * @param asked number of words before the cursor, these words, and the incomplete word at the cursor
 */
async function printCompletions(outside: ProgramEnvironment, [count, ...words]: readonly string[]): Promise<number> {
  const { host, writeNow } = outside;
  const { answerShell } = await import("../commands/completion/answer.ts");
  const line = scanCommandLine(PROGRAM, words.slice(0, Number(count)));
  const answered = answerShell(line, words[Number(count)] ?? "", {
    language: selectErrorStyle(line, host.env).language,
    readContexts: async () => (await import("./tools.ts")).readContextNames(outside),
  });
  writeNow(1, await answered.catch(() => ""));
  return 0;
}

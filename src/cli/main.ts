import manifest from "../../package.json" with { type: "json" };
import { PROGRAM } from "../commands/index.ts";
import { failureExit } from "./exit-codes.ts";
import { errorStyleOf } from "./error-style.ts";
import { nounHelp, verbHelp } from "./help.ts";
import { readLine, type CommandLine } from "./line.ts";
import type { Outside } from "./outside.ts";
import { routeOf } from "./route.ts";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The program: from a command line to an exit code. Version, help and misspelt words are answered here;
 * a verb's file and what runs it are loaded only when it runs.
 */
export async function main(outside: Outside): Promise<number> {
  const { host, writeNow } = outside;
  const [first, ...others] = host.argv.slice(2);
  if (first === COMPLETE) return answerTab(outside, others);
  const line = readLine(PROGRAM, host.argv.slice(2));
  const style = errorStyleOf(line, host.env, host.stderr);
  try {
    const found = routeOf(line);
    switch (found.to) {
      case "version":
        writeNow(1, `clomoctl ${manifest.version}\n`);
        return 0;
      case "noun-help": {
        if (STATUS !== undefined && (await wantsStatus(outside, line))) {
          const { runVerb } = await import("./run.ts");
          return await runVerb(outside, style, { path: [STATUS.name], verb: STATUS, words: line.words });
        }
        if (found.failure === undefined) {
          writeNow(1, nounHelp(found.path, found.noun, style.language, line.helpAll));
          const { default: namesake } = (line.helpAll ? await line.namesake?.load() : undefined) ?? {};
          if (namesake !== undefined) writeNow(1, `\n${verbHelp(found.path, namesake, style.language, false)}`);
          return 0;
        }
        writeNow(2, nounHelp(found.path, found.noun, style.language, line.helpAll, LINES_OF_AN_ERROR));
        throw found.failure;
      }
      case "verb-help": {
        const { default: command } = await found.verb.load();
        writeNow(1, verbHelp(found.path, command, style.language, line.helpAll));
        return 0;
      }
      case "verb": {
        const { runVerb } = await import("./run.ts");
        return await runVerb(outside, style, found);
      }
    }
  } catch (error) {
    const { asFailure, reportOf } = await import("./report.ts");
    const failure = asFailure(error);
    const isNagios = line.flags.has("--nagios");
    const nagios = isNagios ? line.verb?.nagios : undefined;
    // a monitoring system reads only stdout
    if (nagios !== undefined) {
      const { pluginFailure } = await import("../lib/renewals/output/plugin.ts");
      writeNow(1, `${pluginFailure(nagios.service, failure.what, style.language)}\n`);
    }
    writeNow(2, reportOf(failure, style));
    return failureExit(failure.code, line.verb, isNagios);
  }
}

/** What is wrong, and where. */
const LINES_OF_AN_ERROR = 2;

/** What the scripts of `completion` call the program by, once a Tab; no verb, since nobody types it. */
const COMPLETE = "__complete";

/** How long a person who pressed Tab waits for names of a tenant that is slow to answer. */
const MAX_MS = 2000;

/** Answers a shell that completes a word: with nothing where anything fails, since the person is still typing. */
async function answerTab(outside: Outside, asked: readonly string[]): Promise<number> {
  const { host, writeNow } = outside;
  const { answerShell } = await import("../commands/completion/shell.ts");
  const answered = answerShell(asked, {
    read: (words) => readLine(PROGRAM, words),
    languageOf: (line) => errorStyleOf(line, host.env).language,
    readNames: async (...name) => (await import("./tools.ts")).readNames(outside, ...name),
  }).catch(() => "");
  const answer = await Promise.race([answered, sleep(MAX_MS, undefined, { ref: false })]);
  writeNow(1, answer ?? "");
  // a server that does not answer would keep the process alive
  if (answer === undefined) host.exit(0);
  return 0;
}

/** What the program's name alone shows on a terminal, once there is something to show. */
const STATUS = PROGRAM.verbs.find(({ name }) => name === "status");

async function wantsStatus(outside: Outside, { path, help }: CommandLine): Promise<boolean> {
  if (path.length > 0 || help || !outside.host.stdout.isTTY) return false;
  const { hasTenants } = await import("./tools.ts");
  // settings that cannot be read are no reason to hide the help
  return hasTenants(outside).catch(() => false);
}

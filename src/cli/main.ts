import { PROGRAM } from "../commands/index.ts";
import { failureExit } from "./exit-codes.ts";
import { nounHelp, verbHelp } from "./help.ts";
import { mannerOf } from "./manner.ts";
import type { Outside } from "./outside.ts";
import { route, verbMeant } from "./route.ts";
import { VERSION } from "./version.ts";

/**
 * The program: from a command line to an exit code. Version, help and whatever is misspelt are answered from here;
 * a verb's file and what runs it are loaded only when it runs.
 */
export async function main(outside: Outside): Promise<number> {
  const { host, writeNow } = outside;
  const argv = host.argv.slice(2);
  const manner = mannerOf(argv, host.env);
  try {
    const found = route(PROGRAM, argv);
    switch (found.to) {
      case "version":
        writeNow(1, `clomoctl ${VERSION}\n`);
        return 0;
      case "noun-help":
        writeNow(1, nounHelp(found.path, found.noun, manner.language));
        return 0;
      case "verb-help": {
        const { default: command } = await found.verb.load();
        writeNow(1, verbHelp(found.path, command, manner.language));
        return 0;
      }
      case "verb": {
        const { runVerb } = await import("./run.ts");
        return await runVerb(outside, manner, found);
      }
    }
  } catch (error) {
    const { asFailure, reportOf } = await import("./report.ts");
    const failure = asFailure(error);
    const verb = verbMeant(PROGRAM, argv);
    const { monitoringLine } = await import("./monitoring.ts");
    const line = await monitoringLine(verb, argv, failure, manner.language);
    if (line !== undefined) writeNow(1, line);
    writeNow(2, reportOf(failure, manner));
    return failureExit(failure.code, verb);
  }
}

import type { VerbNode } from "../commands/node.ts";
import type { Failure } from "../lib/errors/index.ts";
import type { Language } from "../lib/text/index.ts";

/**
 * What a monitoring system is to read on stdout of a command line that was refused; it shows nothing else.
 *
 * @param verb the verb that was meant
 * @returns undefined where no monitoring system asks
 */
export async function monitoringLine(
  verb: VerbNode | undefined,
  argv: readonly string[],
  failure: Failure,
  language: Language,
): Promise<string | undefined> {
  if (verb?.failureExit === undefined || !argv.includes("--nagios")) return undefined;
  const { nagiosFailure } = await import("../lib/renewals/nagios.ts");
  return `${nagiosFailure(failure.what, language)}\n`;
}

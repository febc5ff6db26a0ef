import type { Environment } from "./language.ts";

/** What colours mean here; each function gives the text back, coloured or as it was. */
export interface Styles {
  readonly heading: (part: string) => string;
  readonly faint: (part: string) => string;
  readonly good: (part: string) => string;
  readonly warning: (part: string) => string;
  readonly bad: (part: string) => string;
}

const asItIs = (part: string): string => part;

/** No colours. */
export const PLAIN: Styles = { heading: asItIs, faint: asItIs, good: asItIs, warning: asItIs, bad: asItIs };

/**
 * Whether a stream gets colours: a terminal that is not `TERM=dumb`, unless `--no-color` or a non-empty `NO_COLOR`.
 *
 * @see https://no-color.org/
 */
export const wantsColour = (isTerminal: boolean, flag: boolean | undefined, environment: Environment): boolean =>
  isTerminal && flag !== false && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";

/** Colours by chalk, limited to the sixteen that every terminal theme makes readable. */
export async function loadStyles(): Promise<Styles> {
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return {
    heading: (part) => chalk.bold(part),
    faint: (part) => chalk.dim(part),
    good: (part) => chalk.green(part),
    warning: (part) => chalk.yellow(part),
    bad: (part) => chalk.red(part),
  };
}

/** Apart from the terminal: what is a command in a text is told by its own tests. */

/** A noun of a tenant and its verb; then what looks like its arguments, and not like the sentence around it. */
const COMMAND =
  /clomoctl (?:console|devices|imports|orgs|renewals|secured|status|users)\b(?: (?:administrators|fields|notify|schedule|users))?(?: [a-z]+)?(?: (?:--?[a-z][\w-]*(?:=\S+)?|last\b|[^\s()、。;,:]*[./@][^\s()、。;,:]*[^\s()、。;,:.]|[A-Z]+(?:…|\b)|\d+|(?<=--app )[a-z]+))*/g;

/**
 * Names the tenant in the commands that a text proposes: typed as they stand they would go to another one.
 *
 * @param context of the tenant
 */
export const inContext = (line: string, context: string): string =>
  line.replaceAll(COMMAND, (command) => (command.includes("--context") ? command : `${command} --context ${context}`));

/** Apart from the terminal: what is a command in a text is told by its own tests. */

/** A noun of a tenant and its verb; then what looks like its arguments, and not like the sentence around it. */
const COMMAND =
  /clomoctl (?:console|devices|imports|orgs|renewals|secured|status|users)\b(?: (?:administrators|fields|groups|notify|schedule|users))?(?: [a-z]+)?(?: (?:--(?:absent|against|app|blank|context|emit-csv|encoding|errors|fields|fix|format|key|map|max-changes|max-deletions|mode|newline|report|sheet) [^\s()、。;:]*[^\s()、。;:,.]|--?[a-z][\w-]*(?:=\S+)?|last\b|[0-9a-f]{4,}(?:-[0-9a-f]+)*\b|[^\s()、。;,:]*[./@][^\s()、。;,:]*[^\s()、。;,:.]|[A-Z]+(?:…|\b)|\d+))*/g;

/**
 * Names the tenant in the commands that a text proposes: typed as they stand they would go to another one.
 *
 * @param context of the tenant
 */
export const inContext = (line: string, context: string): string =>
  line.replaceAll(COMMAND, (command) =>
    / --context(?: |=|$)/.test(command) ? command : `${command} --context ${context}`,
  );

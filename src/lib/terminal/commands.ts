/** Apart from the terminal: what is a command in a text is told by its own tests. */

/** A word in quotes, as `shownWord` writes one, and what else texts quote: its content is nothing that is proposed. */
const WORD = String.raw`'[^']*'(?:\\''[^']*')*`;
const QUOTED = String.raw`(?<![^\s(:=])(?:${WORD}|"[^"]*")|「[^」]*」`;

const VALUE = String.raw`(?:${WORD}|[^\s()、。;:']*[^\s()、。;:,.'])`;
const ARGUMENTS: readonly string[] = [
  String.raw`--(?:absent|ade|against|android|android-accounts|app|as|blank|console-timezone|contact-mail|contact-name|contact-phone|context|contract|domain|emit-csv|encoding|errors|fields|fix|format|from|gate|ios|key|kind|languages|licences|login-url|macos|map|max-changes|max-deletions|mdm-address|mobile-app-portal|mode|newline|remove-contract|report|secured-apps|sheet|until|vpp|windows) ${VALUE}`,
  String.raw`--?[a-z][\w-]*(?:=\S+)?`,
  WORD,
  String.raw`last\b`,
  String.raw`[0-9a-f]{4,}(?:-[0-9a-f]+)*\b`,
  String.raw`[^\s()、。;,:']*[./@][^\s()、。;,:']*[^\s()、。;,:.']`,
  String.raw`[A-Z]+(?:…|\b)`,
  String.raw`\d+`,
];

/** A noun of a tenant and its verb; then what looks like its arguments, and not like the sentence around it. */
const COMMAND = String.raw`clomoctl (?:(?:audit|console|devices|imports|orgs|renewals|secured|status|tenant|users)\b(?: (?:administrators|fields|groups|notify|schedule|users))?(?: [a-z]+)?|csv map)(?: (?:${ARGUMENTS.join("|")}))*`;

const QUOTED_OR_COMMAND = new RegExp(`${QUOTED}|${COMMAND}`, "g");
const EVERY_WORD = new RegExp(WORD, "g");

/**
 * Names the tenant in the commands that a text proposes: typed as they stand they would go to another one. Nothing in
 * quotes is touched.
 *
 * @param context of the tenant
 */
export const inContext = (line: string, context: string): string =>
  line.replaceAll(QUOTED_OR_COMMAND, (found) => {
    const isNamed = / --context(?: |=|$)/.test(found.replaceAll(EVERY_WORD, "''"));
    return isNamed || !found.startsWith("clomoctl ") ? found : `${found} --context ${context}`;
  });

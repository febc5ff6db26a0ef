/** Apart from the terminal: what is a command in a text is told by its own tests. */
import { text, type Text } from "../text/index.ts";
import { piecesOf, wordWidth, wrapPieces } from "./table/word-width.ts";

/** A word in quotes, as `shownWord` writes one, and what else texts quote: its content is nothing that is proposed. */
const WORD = String.raw`\$?'[^']*'(?:\\''[^']*')*`;
const QUOTED = String.raw`(?<![^\s(:=])(?:${WORD}|"[^"]*")|「[^」]*」`;

/** A word as `shownWord` leaves it, or with what else people type without quotes. */
const BARE = String.raw`(?!--)[^\s()、。;:'「」]*[^\s()、。;:,.'「」]`;
const ADDRESS = String.raw`https?://[^\s()、。;'「」]*[^\s()、。;:,.'「」]`;
const VALUE = `(?:${WORD}|${ADDRESS}|${BARE})`;

/** All options without a value: that of any other is the word after it. */
export const SWITCHES: readonly string[] =
  "all all-contexts always apple apple-business applicable audit bom by-mail changes check clear confirm-missing create-groups create-orgs cron delta desc dry-run embedded from-console full hashes-only help help-all ignore-times interactive keep-plan mirror-only nagios no-color no-input no-notice-mail no-support-option none not-ready notice-mail online other-admin other-location other-mdm other-server overwrite password-in-console password-prompt password-stdin problems protected quiet recursive require-complete rows same-as-upload secret-key-prompt secret-key-stdin setup-sheet silent skip-blocked skip-invalid start-over strict support-option system systemd task-scheduler template tenant unassigned unprotected use verbose version waiting yes".split(
    " ",
  );

/** A name; particles after a command in a Japanese sentence begin none in what is proposed. */
const NAME = String.raw`(?:${WORD}|(?![をでにとはがのもへ])${BARE})`;

/** What only arguments look like: not the words of the sentence around them. */
const ARGUMENTS: readonly string[] = [
  String.raw`--(?:${SWITCHES.join("|")})(?![\w=-])`,
  String.raw`(?:--[a-z][\w-]*|-o) ${VALUE}`,
  String.raw`--?[a-z][\w-]*(?:=\S+)?`,
  WORD,
  String.raw`last\b`,
  String.raw`[^\s()、。;,:']*[./@][^\s()、。;,:']*[^\s()、。;,:.']`,
  String.raw`[0-9a-f]{4,}(?:-[0-9a-f]+)*\b`,
  String.raw`[A-Z]+(?:…|\b)`,
  String.raw`P?\d+`,
];

/** Verbs whose next word is a name, however it looks; so are all up to an option. */
const NAMING = String.raw`(?:answer|assign|auto-apply|create|delete|edit|grant|guide|move|reset-password|revoke|set-owner|show|tag)(?:(?: ${NAME})+(?= --[a-z])| ${NAME})?`;

/** A noun of a tenant and its verb; then what looks like its arguments, and not like the sentence around it. */
const NOUN = String.raw`(?:ade(?! (?:guide|simulator)\b)|audit|clomo-account|console|devices|handover(?! (?:diff|report|verify)\b)|imports|onboarding|orgs|push-cert(?:ificate)?|renewals|roles|secured|status|undo|users|vpp)\b(?: (?:administrators|devices|endpoint|fields|groups|keypair|notify|profile-password|profiles|schedule|schemes|settings|tokens?|users)\b)?`;
/** A bundle and the tenant, which are compared; of two bundles no tenant is asked. */
const WITH_TENANT = String.raw`handover diff ${NAME}(?=(?: (?:${ARGUMENTS.join("|")}))*? --tenant\b)`;
const COMMAND = String.raw`clomoctl (?:${NOUN}(?: (?:${NAMING}|[a-z]+(?:-[a-z]+)*))?|${WITH_TENANT}|tenant(?: [a-z]+)?|csv map|whoami)(?: (?:${ARGUMENTS.join("|")}))*`;

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

/** {@link inContext} in both languages. */
export const textInContext = ({ en, ja }: Text, context: string): Text =>
  text(inContext(en, context), inContext(ja, context));

/** Commands in which nobody acts as an account. */
const OF_NOBODY = /^clomoctl (?:csv|roles (?:list|matrix|show)|renewals (?:schedule|verify)|[a-z ]+ template)\b/;
/** What is proposed after such words a system administrator does, or the owner. */
const OF_OTHERS =
  /ask a system administrator|system administrator takes|システム管理者(?:に依頼|が取り込)|without --as|--as なし/;

/**
 * Names who acts in the commands that a text proposes, but those that somebody else is to be asked for: without it they would
 * be done with the rights of the machine's owner, and its numbers would be others.
 *
 * @param account a word as people type it
 */
export const actingAs = (line: string, account: string): string => {
  const others = line.search(OF_OTHERS);
  const own = others === -1 ? line.length : others;
  return line.replaceAll(QUOTED_OR_COMMAND, (found, ...rest) => {
    const at = Number(rest.find((part) => typeof part === "number"));
    const isNamed = / --as(?: |=|$)/.test(found.replaceAll(EVERY_WORD, "''"));
    if (at > own || isNamed || !found.startsWith("clomoctl ") || OF_NOBODY.test(found)) return found;
    return `${found} --as ${account}`;
  });
};

/** Commands that work on no tenant, or on one that they name themselves: nothing is added to them. */
const OTHER = String.raw`clomoctl (?:completion|context|csv|doctor|help)\b(?: (?:${NAMING}|(?:add|set|use) ${NAME}|[a-z]+(?:-[a-z]+)*(?= --)|check|inspect|list))?(?: (?:${ARGUMENTS.join("|")}))*`;

/** Commands that ask no tenant, though their noun has others that do. */
const ASIDE = String.raw`clomoctl (?:ade (?:guide|simulator)\b(?: (?:do )?(?:devices )?[a-z]+(?:-[a-z]+)*)?|handover (?:diff|verify)\b)(?: (?:${ARGUMENTS.join("|")}))*`;

/** A line for a crontab, up to its end. */
const CRONTAB = String.raw`\d+ \d+ \* \* \* .+`;

/** Marks that may not be parted from what they enclose or end. */
const EVERY_COMMAND = new RegExp(`[「(（]*(?:${CRONTAB}|${COMMAND}|${ASIDE}|${OTHER})[」)）、。,.:;]*`, "g");

/** A text in parts: the commands that it proposes, each whole, to be copied, and what stands between them. */
function partsOf(line: string): readonly { readonly part: string; readonly isCommand: boolean }[] {
  let from = 0;
  const parts = [...line.matchAll(EVERY_COMMAND)].flatMap(({ 0: command, index }) => {
    const before = line.slice(from, index);
    from = index + command.length;
    return [
      { part: before, isCommand: false },
      { part: command, isCommand: true },
    ];
  });
  return [...parts, { part: line.slice(from), isCommand: false }];
}

/** Fewer columns than these are no width to fold at. */
const LEAST = 40;

/**
 * A sentence in lines of at most `columns`: broken at blanks and between kana or kanji, and never inside a command that
 * it proposes, which is copied whole: one that is longer has a line of its own. Later lines are indented below the
 * first, and below the words of a numbered step.
 */
export function foldLine(line: string, columns: number): readonly string[] {
  if (columns < LEAST || wordWidth(line) <= columns) return [line];
  const [, blanks = "", number] = /^( *)(\d+\. )?/.exec(line) ?? [];
  const pieces = partsOf(line).flatMap(({ part, isCommand }) => (isCommand ? [part] : piecesOf(part)));
  return wrapPieces(pieces, columns, { indent: blanks + " ".repeat(number?.length ?? 2) });
}

/**
 * Finds and completes commands in texts. This is a separate module so that tests can check what counts as a command.
 */
import { text, type Text } from "../text/index.ts";
import { formatShellOption } from "../text/shell-word.ts";
import { splitIntoLinePieces, plainTextWidth, wrapPieces } from "./table/word-width.ts";

/**
 * Matches a word in quotes as `quoteShellWord` writes it. {@link QUOTED_TEXT} also matches other quotations. Neither is
 * ever part of a proposed command.
 */
const QUOTED_WORD = String.raw`\$?'[^']*'(?:\\''[^']*')*`;
const QUOTED_TEXT = String.raw`(?<![^\s(:=])(?:${QUOTED_WORD}|"[^"]*")|「[^」]*」`;

/**
 * Matches a word without quotes: as `quoteShellWord` writes it, or with other characters that people type without
 * quotes.
 */
const BARE_WORD = String.raw`(?!--)[^\s()、。;:'「」]*[^\s()、。;:,.'「」]`;
const URL_PATTERN = String.raw`https?://[^\s()、。;'「」]*[^\s()、。;:,.'「」]`;
const VALUE_PATTERN = `(?:${QUOTED_WORD}|${URL_PATTERN}|${BARE_WORD})`;

// words of the commands: written by `npm run generate`

/** Matches the options that do not take a value. After any other option, the next word is the option's value. */
export const BOOLEAN_OPTIONS =
  "all|all-contexts|always|apple|apple-business|applicable|audit|bom|by-mail|changes|check|clear|confirm-missing|create|create-groups|create-orgs|cron|delta|desc|direct|dry-run|embedded|for-sign-in|from-console|full|hashes-only|help|help-all|ignore-times|include|interactive|keep-plan|mirror-only|nagios|no-color|no-input|no-notice-mail|no-support-option|none|not-ready|notice-mail|online|other-admin|other-location|other-mdm|other-server|overwrite|password-in-console|password-prompt|password-stdin|problems|protected|quiet|recursive|require-complete|require-totp|rows|same-as-upload|secret-key-prompt|secret-key-stdin|setup-sheet|silent|skip-blocked|skip-invalid|sources|start-over|strict|support-option|system|systemd|task-scheduler|template|tenant|unassigned|unprotected|use|verbose|version|yes";

/** Matches nouns of which some commands use a tenant, and some take arguments. */
const TENANT_NOUNS =
  "access-tokens|account|ade|audit|clomo-account|console|devices|handover|imports|onboarding|orgs|push-cert|push-certificate|renewals|roles|secured|users|vpp";

/** Matches nouns of which some commands use a tenant, and none takes arguments. */
const TENANT_NOUNS_WITHOUT_ARGUMENTS = "tenant";

/** Matches the nouns below those nouns. */
const SECOND_NOUNS =
  "administrators|devices|endpoint|fields|groups|keypair|profile-password|profiles|schedule|schemes|settings|simulator|token|tokens|totp|users";

/** Matches verbs that use a tenant and do not belong to a noun. */
const TENANT_VERBS = "api (?:GET|POST|PUT|PATCH|DELETE)|api|login|logout|serve (?:init)|serve|status|undo|whoami";

/** Matches verbs whose first argument is one of several words, with this word. */
const VERBS_WITH_CHOICES = "guide (?:purchased|manual|supervised-only|unsupervised)|notify (?:init|test)";

// end of the words of the commands

/** A name as an argument. A Japanese particle after a command is never the beginning of a name. */
const NAME_PATTERN = String.raw`(?:${QUOTED_WORD}|(?![をでにとはがのもへ])${BARE_WORD})`;

/** Patterns that match arguments, but not the other words of a sentence. */
const ARGUMENT_PATTERNS: readonly string[] = [
  String.raw`--(?:${BOOLEAN_OPTIONS})(?![\w=-])`,
  String.raw`(?:--[a-z][\w-]*|-o) ${VALUE_PATTERN}`,
  String.raw`--?[a-z][\w-]*(?:=\S+)?`,
  QUOTED_WORD,
  String.raw`last\b`,
  String.raw`[^\s()、。;,:']*[./@][^\s()、。;,:']*[^\s()、。;,:.']`,
  String.raw`[0-9a-f]{4,}(?:-[0-9a-f]+)*\b`,
  String.raw`[A-Z]+(?:…|\b)`,
  String.raw`P?\d+`,
];

/** Matches a verb that takes a name, which can be any text. All words before the next option belong to the name. */
const NAMING_VERB = String.raw`(?:answer|assign|auto-apply|create|delete|edit|grant|guide|move|remove|reset-password|revoke|set-owner|show|tag)(?:(?: ${NAME_PATTERN})+(?= --[a-z])| ${NAME_PATTERN})?`;

/** Matches commands that do not use a tenant, although other commands of the same noun do. */
const TENANTLESS = String.raw`(?:ade (?:guide|simulator)|handover (?:diff|report|verify))\b`;

/**
 * Matches a noun of which some commands use a tenant, and its second noun if there is one. In {@link TENANT_COMMAND}, a
 * verb and arguments follow.
 */
const TENANT_NOUN = String.raw`(?!${TENANTLESS})(?:${TENANT_NOUNS})\b(?: (?:${SECOND_NOUNS})\b)?`;
/** Matches a comparison of a bundle with the tenant. A comparison of two bundles does not use a tenant. */
const TENANT_DIFF = String.raw`handover diff ${NAME_PATTERN}(?=(?: (?:${ARGUMENT_PATTERNS.join("|")}))*? --tenant\b)`;
const TENANT_COMMAND = String.raw`clomoctl (?:${TENANT_NOUN}(?: (?:(?:${VERBS_WITH_CHOICES})\b|${NAMING_VERB}|[a-z]+(?:-[a-z]+)*))?|${TENANT_DIFF}|(?:${TENANT_NOUNS_WITHOUT_ARGUMENTS})\b(?: [a-z]+)?|(?:${TENANT_VERBS})\b|csv map)(?: (?:${ARGUMENT_PATTERNS.join("|")}))*`;

const QUOTED_OR_TENANT_COMMAND = new RegExp(`${QUOTED_TEXT}|${TENANT_COMMAND}`, "g");
const QUOTED_WORDS = new RegExp(QUOTED_WORD, "g");

/**
 * Adds `--context` to the commands that a text proposes. Without it, they would run in whichever context is in use.
 * Quoted text is not changed.
 *
 * @param context name of the tenant's context
 */
export const addContext = (line: string, context: string): string =>
  line.replaceAll(QUOTED_OR_TENANT_COMMAND, (found) => {
    const isNamed = / --context(?: |=|$)/.test(found.replaceAll(QUOTED_WORDS, "''"));
    return isNamed || !found.startsWith("clomoctl ") ? found : `${found} --context ${context}`;
  });

/** Applies {@link addContext} to both languages of a text. */
export const addContextToText = ({ en, ja }: Text, context: string): Text =>
  text(addContext(en, context), addContext(ja, context));

/** Returns the option with which a command acts as somebody, as people type it; undefined if there is none. */
export const formatActingOption = ({
  as,
  tokenFile,
}: {
  readonly as?: string | undefined;
  readonly tokenFile?: string | undefined;
}): string | undefined => {
  if (as !== undefined) return formatShellOption("--as", as);
  return tokenFile === undefined ? undefined : formatShellOption("--token-file", tokenFile);
};

/** Commands that do not use an acting account. */
const COMMANDS_WITHOUT_ACCOUNT =
  /^clomoctl (?:csv|login|logout|roles (?:list|matrix|show)|renewals (?:schedule|verify)|[a-z ]+ template)\b/;
/** Commands that a token may not run: the person who proposes it to a program runs them. */
const COMMANDS_WITHOUT_TOKEN = /^clomoctl access-tokens create\b/;
/** Matches phrases that are followed by commands for a system administrator or the owner. */
const DELEGATION_PHRASES =
  /ask a system administrator|system administrator takes|システム管理者(?:に依頼|が取り込)|without --as|--as なし/;

/**
 * Adds `--as` or `--token-file` to the commands that a text proposes, except those that somebody else is asked to run.
 * Without it, the commands would run with other rights, and their counts would be different.
 *
 * @param acting the option of {@link formatActingOption}
 */
export const addActingAccount = (line: string, acting: string): string => {
  const others = line.search(DELEGATION_PHRASES);
  const own = others === -1 ? line.length : others;
  return line.replaceAll(QUOTED_OR_TENANT_COMMAND, (found, ...rest) => {
    const at = Number(rest.find((part) => typeof part === "number"));
    const isNamed = / --(?:as|token-file)(?: |=|$)/.test(found.replaceAll(QUOTED_WORDS, "''"));
    if (at > own || isNamed || !found.startsWith("clomoctl ") || COMMANDS_WITHOUT_ACCOUNT.test(found)) return found;
    if (acting.startsWith("--token-file") && COMMANDS_WITHOUT_TOKEN.test(found)) return found;
    return `${found} ${acting}`;
  });
};

/** Matches commands that do not use a tenant, or whose arguments name the context. Nothing is added to them. */
const GENERAL_COMMAND = String.raw`clomoctl (?:completion|context|csv|doctor|help)\b(?: (?:${NAMING_VERB}|(?:add|set|use) ${NAME_PATTERN}|[a-z]+(?:-[a-z]+)*(?= --)|check|inspect|list))?(?: (?:${ARGUMENT_PATTERNS.join("|")}))*`;

/** Matches a command of {@link TENANTLESS}. */
const TENANTLESS_COMMAND = String.raw`clomoctl ${TENANTLESS}(?:(?<=(?:guide|simulator))(?: (?:do )?(?:devices )?[a-z]+(?:-[a-z]+)*))?(?: (?:${ARGUMENT_PATTERNS.join("|")}))*`;

/** Matches a line for a crontab, up to the end of the line. */
const CRONTAB_LINE = String.raw`\d+ \d+ \* \* \* .+`;

const COMMAND = `(?:${TENANT_COMMAND}|${TENANTLESS_COMMAND}|${GENERAL_COMMAND})`;

/** Matches a proposed command, with the brackets and punctuation marks that must stay on its line. */
const COMMANDS_WITH_MARKS = new RegExp(`[「(（]*(?:${CRONTAB_LINE}|${COMMAND})(?: ?[」)）、。,.:;]+)?`, "g");

/** Matches quoted text, or a proposed command and the punctuation mark after it. */
const COMMAND_WITH_END = new RegExp(`${QUOTED_TEXT}|(${COMMAND})([、。]|[,.;](?![^ ]))?`, "g");

/** Returns the commands that a text proposes. */
export const findCommands = (line: string): readonly string[] =>
  [...line.matchAll(COMMAND_WITH_END)].flatMap(([, command]) => command ?? []);

/** Puts a space between proposed commands and the marks of the sentence, which would otherwise be copied with them. */
export const separateCommands = (line: string): string =>
  line.replaceAll(COMMAND_WITH_END, (found, command?: string, mark?: string) =>
    mark === undefined ? found : `${command} ${mark}`,
  );

/**
 * Splits a text into the commands that it proposes and the text between them. Each command stays in one piece so that
 * it can be copied.
 */
function splitAtCommands(line: string): readonly { readonly part: string; readonly isCommand: boolean }[] {
  let from = 0;
  const parts = [...line.matchAll(COMMANDS_WITH_MARKS)].flatMap(({ 0: command, index }) => {
    const before = line.slice(from, index);
    from = index + command.length;
    return [
      { part: before, isCommand: false },
      { part: command, isCommand: true },
    ];
  });
  return [...parts, { part: line.slice(from), isCommand: false }];
}

/** Splits a text into the pieces that must not be broken: words, and the commands that it proposes. */
export const splitKeepingCommands = (line: string): readonly string[] =>
  splitAtCommands(line).flatMap(({ part, isCommand }) => (isCommand ? [part] : splitIntoLinePieces(part)));

/** Minimum width at which sentences are folded. */
const MIN_FOLD_COLUMNS = 40;

/**
 * Folds a sentence into lines of at most `columns`, at spaces and between kana or kanji. A proposed command is never
 * broken, so that it can be copied; a command that is too long gets a line of its own. Later lines are indented below
 * the first line, or below the text of a numbered step.
 */
export function foldLine(line: string, columns: number): readonly string[] {
  if (columns < MIN_FOLD_COLUMNS || plainTextWidth(line) <= columns) return [line];
  const [, blanks = "", number] = /^( *)(\d+\. )?/.exec(line) ?? [];
  return wrapPieces(splitKeepingCommands(line), columns, { indent: blanks + " ".repeat(number?.length ?? 2) });
}

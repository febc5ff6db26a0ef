import { toFlagName, type Field, type Fields } from "../../src/commands/field.ts";
import type { Command } from "../../src/commands/command.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

const WORDS_BEGIN = "// words of the commands: written by `npm run generate`";
const WORDS_END = "// end of the words of the commands";

/** Options without a value that the program itself has, so that no command declares them. */
const PROGRAM_SWITCHES = ["help", "help-all", "version"];

const usesTenant = ({ opensTenant, readsTenants }: Command): boolean => opensTenant !== false || readsTenants === true;

const takesArguments = ({ args }: Command): boolean => Object.keys(args).length > 0;

const listCommands = ({ verbs, nouns }: NounFolder): readonly Command[] => [
  ...verbs.map(({ command }) => command),
  ...nouns.flatMap(listCommands),
];

const listVerbs = ({ verbs, nouns }: NounFolder): readonly VerbFile[] => [...verbs, ...nouns.flatMap(listVerbs)];

const getChoices = (field: Field | undefined): readonly string[] => (field?.kind === "choice" ? field.choices : []);

/** Returns the pattern of a verb whose first argument is one of several words; undefined for any other verb. */
const buildChoicePattern = ({ name, command }: VerbFile): string | undefined => {
  const choices = getChoices(Object.values(command.args)[0]);
  return choices.length === 0 ? undefined : `${name} (?:${choices.join("|")})`;
};

const sortUnique = (words: readonly string[]): readonly string[] => [...new Set(words)].toSorted();

const listSwitches = (fields: Fields): readonly string[] =>
  Object.entries(fields)
    .filter(([, { kind }]) => kind === "boolean")
    .map(([name]) => toFlagName(name));

const listNames = (nouns: readonly NounFolder[]): readonly string[] =>
  sortUnique(nouns.flatMap(({ name, noun }) => [name, ...(noun.aliases ?? [])]));

function renderWords(program: NounFolder, globals: Fields): string {
  const tenantNouns = program.nouns.filter((noun) => listCommands(noun).some(usesTenant));
  const tenantVerbs = program.verbs.filter(({ command }) => usesTenant(command));
  const hasArguments = (noun: NounFolder): boolean => listCommands(noun).some(takesArguments);
  const lists: readonly (readonly [about: string, declaration: string, words: readonly string[]])[] = [
    [
      "Matches the options that do not take a value. After any other option, the next word is the option's value.",
      "export const BOOLEAN_OPTIONS",
      sortUnique([
        ...PROGRAM_SWITCHES,
        ...[globals, ...listCommands(program).map(({ options }) => options)].flatMap(listSwitches),
      ]),
    ],
    [
      "Matches nouns of which some commands use a tenant, and some take arguments.",
      "const TENANT_NOUNS",
      listNames(tenantNouns.filter(hasArguments)),
    ],
    [
      "Matches nouns of which some commands use a tenant, and none takes arguments.",
      "const TENANT_NOUNS_WITHOUT_ARGUMENTS",
      listNames(tenantNouns.filter((noun) => !hasArguments(noun))),
    ],
    [
      "Matches the nouns below those nouns.",
      "const SECOND_NOUNS",
      listNames(tenantNouns.flatMap(({ nouns }) => nouns)),
    ],
    [
      "Matches verbs that use a tenant and do not belong to a noun.",
      "const TENANT_VERBS",
      tenantVerbs.flatMap((verb) => [buildChoicePattern(verb) ?? [], verb.name].flat()),
    ],
    [
      "Matches verbs whose first argument is one of several words, with this word.",
      "const VERBS_WITH_CHOICES",
      sortUnique(
        tenantNouns
          .flatMap(listVerbs)
          .filter(({ command }) => usesTenant(command))
          .flatMap((verb) => buildChoicePattern(verb) ?? []),
      ),
    ],
  ];
  return lists
    .map(([about, declaration, words]) => `/** ${about} */\n${renderConstant(declaration, words.join("|"))}`)
    .join("\n\n");
}

/** The width of a line of source. */
const LINE_WIDTH = 120;

/** Renders a constant like the formatter, which begins a new line before a text that is too long. */
function renderConstant(declaration: string, value: string): string {
  const onOneLine = `${declaration} = ${JSON.stringify(value)};`;
  return onOneLine.length <= LINE_WIDTH ? onOneLine : `${declaration} =\n  ${JSON.stringify(value)};`;
}

/**
 * Returns the source of `lib/terminal/commands.ts` with the current words of the commands between the two marks. They
 * are part of that file because every command loads it, and would otherwise load one more.
 *
 * @throws RangeError if a mark is missing
 */
export function insertCommandWords(source: string, program: NounFolder, globals: Fields): string {
  const [begin, end] = [source.indexOf(WORDS_BEGIN), source.indexOf(WORDS_END)];
  if (begin === -1 || end < begin)
    throw new RangeError(`the marks of the words of the commands are missing: ${WORDS_BEGIN} … ${WORDS_END}`);
  return `${source.slice(0, begin)}${WORDS_BEGIN}\n\n${renderWords(program, globals)}\n\n${source.slice(end)}`;
}

import { formatUsageLine } from "../../src/cli/usage.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

/** At most this many examples are shown for a noun. */
const EXAMPLES = 3;

const namesake = (verbs: readonly VerbFile[], { name }: NounFolder): VerbFile | undefined =>
  verbs.find((verb) => verb.name === name);

function examplesOf({ noun, verbs, nouns }: NounFolder, alone?: VerbFile): readonly string[] {
  if (noun.examples !== undefined) return noun.examples;
  const firsts = [alone ?? [], verbs]
    .flat()
    .flatMap(({ command }) => command.examples.slice(0, 1).map(({ line }) => line));
  return [...firsts, ...nouns.flatMap((below) => examplesOf(below))].slice(0, EXAMPLES);
}

const loadSource = ({ name, file, isInTable }: VerbFile): string => {
  const source = `import(${JSON.stringify(`./${file}`)})`;
  return isInTable === true
    ? `async () => ({ default: (await ${source}).default[${JSON.stringify(name)}] })`
    : `() => ${source}`;
};

/** @param alone the verb that has the noun's name */
function nodeSource(folder: NounFolder, alone?: VerbFile): string {
  const { name, noun, nouns, verbs } = folder;
  const failureExit = ({ command: { ownExits } }: VerbFile): string => {
    if (ownExits === undefined) return "";
    const { service, failure, onlyNagios } = ownExits;
    const always = onlyNagios === true ? "" : ` failureExit: ${failure},`;
    return `${always} nagios: ${JSON.stringify({ service, failureExit: failure })},`;
  };
  const verbSources = verbs.map(
    (verb) =>
      `{ name: ${JSON.stringify(verb.name)}, summary: ${JSON.stringify(verb.command.summary)},${failureExit(verb)} load: ${loadSource(verb)} }`,
  );
  return `{
    name: ${JSON.stringify(name)},
    summary: ${JSON.stringify(noun.summary)},${noun.advice === undefined ? "" : `\n    advice: ${JSON.stringify(noun.advice)},`}
    aliases: ${JSON.stringify(noun.aliases ?? [])},${noun.group === undefined ? "" : ` group: ${JSON.stringify(noun.group)},`}${alone === undefined ? "" : ` usage: ${JSON.stringify(formatUsageLine(folder.path, alone.command))},`}
    examples: ${JSON.stringify(examplesOf(folder, alone))},
    nouns: [${nouns.map((below) => nodeSource(below, namesake(verbs, below))).join(",")}],
    verbs: [${verbSources.join(",")}],
  }`;
}

/** The tree of nouns and verbs with their summaries, so that `--help` need not load a single command. */
export function indexSource(program: NounFolder): string {
  return `// Generated from the folders next to this file by \`npm run generate\`; do not edit.
import type { NounNode } from "./command.ts";

/** All nouns and verbs; the file of a verb is loaded on first use. */
export const PROGRAM: NounNode = ${nodeSource(program)};
`;
}

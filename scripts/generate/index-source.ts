import type { NounFolder, VerbFile } from "./commands.ts";

/** At most this many examples are shown for a noun. */
const EXAMPLES = 3;

function examplesOf({ noun, verbs, nouns }: NounFolder): readonly string[] {
  if (noun.examples !== undefined) return noun.examples;
  const firsts = verbs.flatMap(({ command }) => command.examples.slice(0, 1).map(({ line }) => line));
  return [...firsts, ...nouns.flatMap(examplesOf)].slice(0, EXAMPLES);
}

function nodeSource(folder: NounFolder): string {
  const { name, noun, nouns, verbs } = folder;
  const failureExit = ({ command: { ownExits } }: VerbFile): string => {
    if (ownExits === undefined) return "";
    const { service, failure, onlyNagios } = ownExits;
    const always = onlyNagios === true ? "" : ` failureExit: ${failure},`;
    return `${always} nagios: ${JSON.stringify({ service, failureExit: failure })},`;
  };
  const verbSources = verbs.map(
    (verb) =>
      `{ name: ${JSON.stringify(verb.name)}, summary: ${JSON.stringify(verb.command.summary)},${failureExit(verb)} load: () => import(${JSON.stringify(`./${verb.file}`)}) }`,
  );
  return `{
    name: ${JSON.stringify(name)},
    summary: ${JSON.stringify(noun.summary)},
    aliases: ${JSON.stringify(noun.aliases ?? [])},
    examples: ${JSON.stringify(examplesOf(folder))},
    nouns: [${nouns.map(nodeSource).join(",")}],
    verbs: [${verbSources.join(",")}],
  }`;
}

/** The tree of nouns and verbs with their summaries, so that `--help` need not load a single command. */
export function indexSource(program: NounFolder): string {
  return `// Generated from the folders beside it by \`npm run generate\`; do not edit.
import type { NounNode } from "./node.ts";

/** All nouns and verbs; a verb's file is loaded when it is needed. */
export const PROGRAM: NounNode = ${nodeSource(program)};
`;
}

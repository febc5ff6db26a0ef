import type { NounFolder, VerbFile } from "./commands.ts";

/** Maximum number of examples that are shown for a noun. */
const MAX_NOUN_EXAMPLES = 3;

function selectExamples({ noun, verbs, nouns }: NounFolder): readonly string[] {
  if (noun.examples !== undefined) return noun.examples;
  const firsts = [verbs].flat().flatMap(({ command }) => command.examples.slice(0, 1).map(({ line }) => line));
  return [...firsts, ...nouns.flatMap((below) => selectExamples(below))].slice(0, MAX_NOUN_EXAMPLES);
}

const renderLoader = ({ name, file, isInTable }: VerbFile): string => {
  const source = `import(${JSON.stringify(`./${file}`)})`;
  return isInTable === true
    ? `async () => ({ default: (await ${source}).default[${JSON.stringify(name)}] })`
    : `() => ${source}`;
};

/** Renders a node of the tree. */
function renderNode(folder: NounFolder): string {
  const { name, noun, nouns, verbs } = folder;
  const failureExit = ({ command: { ownExits } }: VerbFile): string => {
    if (ownExits === undefined) return "";
    const { service, failure } = ownExits;
    return ` failureExit: ${failure}, nagios: ${JSON.stringify(service)},`;
  };
  const verbSources = verbs.map(
    (verb) =>
      `{ name: ${JSON.stringify(verb.name)}, summary: ${JSON.stringify(verb.command.summary)},${failureExit(verb)} load: ${renderLoader(verb)} }`,
  );
  return `{
    name: ${JSON.stringify(name)},
    summary: ${JSON.stringify(noun.summary)},${noun.advice === undefined ? "" : `\n    advice: ${JSON.stringify(noun.advice)},`}
    aliases: ${JSON.stringify(noun.aliases ?? [])},${noun.group === undefined ? "" : ` group: ${JSON.stringify(noun.group)},`}
    examples: ${JSON.stringify(selectExamples(folder))},
    nouns: [${nouns.map((below) => renderNode(below)).join(",")}],
    verbs: [${verbSources.join(",")}],
  }`;
}

/**
 * Returns the source of the tree of nouns and verbs with their summaries, so that `--help` does not have to load any
 * command.
 */
export function renderIndexSource(program: NounFolder): string {
  return `// Generated from the folders next to this file by \`npm run generate\`; do not edit.
import type { NounNode } from "./kit/command.ts";

/** All nouns and verbs; the file of a verb is loaded on first use. */
export const PROGRAM: NounNode = ${renderNode(program)};
`;
}

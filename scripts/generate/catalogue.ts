import type { Field, Fields } from "../../src/commands/field.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

const typeOf = (field: Field): string => {
  if (field.kind === "boolean") return "true";
  if (field.kind === "number") return "number | Name";
  if (field.kind !== "choice") return "string | number";
  return `Choice<${field.choices.map((choice) => JSON.stringify(choice)).join(" | ")}>`;
};

const isRepeatable = (field: Field): boolean => field.kind !== "boolean" && field.repeatable === true;

const optionType = (field: Field): string =>
  isRepeatable(field) ? `${wrapped(typeOf(field))} | readonly ${wrapped(typeOf(field))}[]` : typeOf(field);

const wrapped = (type: string): string => (type.includes("|") ? `(${type})` : type);

/** The names of elements are documentation: TypeScript shows them where an argument is missing. */
const argumentTypes = (args: Fields): string =>
  Object.entries(args)
    .map(([name, field]) => {
      if (isRepeatable(field)) return `...${name}: ${wrapped(typeOf(field))}[]`;
      const isRequired = field.kind !== "boolean" && field.required === true;
      return `${name}${isRequired ? "" : "?"}: ${typeOf(field)}`;
    })
    .join(", ");

const optionTypes = (options: Fields): string =>
  Object.entries(options)
    .map(([name, field]) => `${name}?: ${optionType(field)} | undefined`)
    .join("; ");

const verbsOf = ({ path, verbs, nouns }: NounFolder): readonly (readonly [string, VerbFile])[] => [
  ...verbs.map((verb) => [[...path, verb.name].join(" "), verb] as const),
  ...nouns.flatMap(verbsOf),
];

/** The source of `lib/advice/catalogue.ts`: the type of every command line that a message may propose. */
export function catalogueSource(program: NounFolder, globals: Fields): string {
  const verbs = verbsOf(program).map(
    ([name, { command }]) =>
      `  ${JSON.stringify(name)}: { args: [${argumentTypes(command.args)}]; options: { ${optionTypes(command.options)} } };`,
  );
  return `// Generated from the commands by \`npm run generate\`; do not edit.

/** A word that stands for a value in a command line: \`FILE\`, \`ACCOUNT\`. */
type Name = Uppercase<string>;

/** One of several words, or some of them separated by slashes, from which the user chooses: "yes/no". */
type Choice<T extends string> = T | \`\${T}/\${string}\` | Name;

/** The options that every command accepts. */
export interface GlobalOptions {
${Object.entries(globals)
  .map(([name, field]) => `  ${name}?: ${optionType(field)} | undefined;`)
  .join("\n")}
}

/** The arguments and options of each command. */
export interface Catalogue {
${verbs.join("\n")}
}
`;
}

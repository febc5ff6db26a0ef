import type { Field, Fields } from "../../src/commands/kit/field.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

const renderFieldType = (field: Field): string => {
  if (field.kind === "boolean") return "true";
  if (field.kind === "number") return "number | Name";
  if (field.kind !== "choice") return "string | number";
  return `Choice<${field.choices.map((choice) => JSON.stringify(choice)).join(" | ")}>`;
};

const isRepeatableField = (field: Field): boolean => field.kind !== "boolean" && field.repeatable === true;

const renderOptionType = (field: Field): string =>
  isRepeatableField(field)
    ? `${parenthesizeUnion(renderFieldType(field))} | readonly ${parenthesizeUnion(renderFieldType(field))}[]`
    : renderFieldType(field);

const parenthesizeUnion = (type: string): string => (type.includes("|") ? `(${type})` : type);

/**
 * Renders the types of arguments as a tuple. The elements are named because TypeScript shows the names if an argument
 * is missing.
 */
const renderArgumentTypes = (args: Fields): string =>
  Object.entries(args)
    .map(([name, field]) => {
      if (isRepeatableField(field)) return `...${name}: ${parenthesizeUnion(renderFieldType(field))}[]`;
      const isRequired = field.kind !== "boolean" && field.required === true;
      return `${name}${isRequired ? "" : "?"}: ${renderFieldType(field)}`;
    })
    .join(", ");

const renderOptionTypes = (options: Fields): string =>
  Object.entries(options)
    .map(([name, field]) => `${name}?: ${renderOptionType(field)} | undefined`)
    .join("; ");

const listVerbsByName = ({ path, verbs, nouns }: NounFolder): readonly (readonly [string, VerbFile])[] => [
  ...verbs.map((verb) => [[...path, verb.name].join(" "), verb] as const),
  ...nouns.flatMap(listVerbsByName),
];

/** Returns the source of `lib/advice/catalogue.ts`: the type of every command line that a message may propose. */
export function renderCatalogueSource(program: NounFolder, globals: Fields): string {
  const verbs = listVerbsByName(program).map(
    ([name, { command }]) =>
      `  ${JSON.stringify(name)}: { args: [${renderArgumentTypes(command.args)}]; options: { ${renderOptionTypes(command.options)} } };`,
  );
  return `// Generated from the commands by \`npm run generate\`; do not edit.

/** A word that stands for a value in a command line: \`FILE\`, \`ACCOUNT\`. */
type Name = Uppercase<string>;

/** One of several words, or some of them separated by slashes, from which the user chooses: "yes/no". */
type Choice<T extends string> = T | \`\${T}/\${string}\` | Name;

/** The options that every command accepts. */
export interface GlobalOptions {
${Object.entries(globals)
  .map(([name, field]) => `  ${name}?: ${renderOptionType(field)} | undefined;`)
  .join("\n")}
}

/** The arguments and options of each command. */
export interface Catalogue {
${verbs.join("\n")}
}
`;
}

/** Returns the source of `lib/advice/tenantless.ts`: the commands to which no context is added. */
export function renderTenantlessSource(program: NounFolder): string {
  const names = listVerbsByName(program)
    .filter(([, { command }]) => command.opensTenant === false && command.readsTenants !== true)
    .map(([name]) => name);
  return `// Generated from the commands by \`npm run generate\`; do not edit.

/** The commands that do not use a tenant. */
export const TENANTLESS_COMMANDS: ReadonlySet<string> = new Set(
  ${JSON.stringify(names.join("|"))}.split("|"),
);
`;
}

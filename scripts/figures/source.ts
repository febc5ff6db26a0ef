import { parseSync } from "@swc/core";

/** A file of TypeScript, as the figures see it. */
export interface Source {
  readonly lines: number;
  /** lines with code; those inside a text of several lines are code */
  readonly codeLines: number;
  /** lines with a comment and no code */
  readonly commentLines: number;
  /** what it imports and exports from, types and `import()` included, as written */
  readonly imports: readonly string[];
  /** it begins with a docstring of its own, rather than with that of its first declaration */
  readonly isExplained: boolean;
  /** it defines a command */
  readonly isVerb: boolean;
  /** noun and verb of command lines that are spelled in its texts, but for examples of commands; without a verb that is a value */
  readonly spelled: readonly string[];
  /** names of the types and classes that it declares, those inside functions left out */
  readonly types: readonly string[];
  /** names of the constants and functions that it declares, those inside functions left out */
  readonly values: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** A node and all below it. */
function* walk(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) yield* walk(child);
}

const stringsOf = (value: unknown): readonly string[] =>
  isNode(value) && value.type === "StringLiteral" ? [value["value"] as string] : [];

function importsOf(node: Node): readonly string[] {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return stringsOf(node["source"]);
    case "TsImportType":
      return stringsOf(node["argument"]);
    case "CallExpression": {
      const [first] = node["arguments"] as readonly { readonly expression: unknown }[];
      return (node["callee"] as Node).type === "Import" ? stringsOf(first?.expression) : [];
    }
    default:
      return [];
  }
}

const textOf = ({ type, value, cooked }: Node): string =>
  type === "StringLiteral" ? (value as string) : type === "TemplateElement" ? (cooked as string) : "";

/** Examples are checked against the commands when help pages are generated. */
const isOfExamples = ({ type, key }: Node): boolean =>
  type === "KeyValueProperty" && isNode(key) && key["value"] === "examples";

function* spelledIn(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null || (isNode(value) && isOfExamples(value))) return;
  if (isNode(value))
    for (const [, noun = ""] of textOf(value).matchAll(/clomoctl ([a-z][a-z-]+(?: [a-z][a-z-]*| $)?)/g)) yield noun;
  for (const child of Object.values(value)) yield* spelledIn(child);
}

/** Declarations at the top of a file. */
const declarationsIn = (body: readonly Node[]): readonly Node[] =>
  body.map((node) => (node.type === "ExportDeclaration" ? (node["declaration"] as Node) : node));

/** Types, interfaces and classes at the top of a file. */
const typesIn = (body: readonly Node[]): readonly string[] =>
  declarationsIn(body)
    .filter(({ type }) => /^(?:TsTypeAlias|TsInterface|Class)Declaration$/.test(type))
    .map(({ id, identifier = id }) => (identifier as { readonly value: string }).value);

/** Constants, variables and functions at the top of a file, without those that are taken from an object or list. */
const valuesIn = (body: readonly Node[]): readonly string[] =>
  declarationsIn(body)
    .flatMap(({ type, identifier, declarations }) =>
      type === "FunctionDeclaration"
        ? [identifier]
        : type === "VariableDeclaration"
          ? (declarations as readonly Node[]).map(({ id }) => id)
          : [],
    )
    .flatMap((name) => (isNode(name) && name.type === "Identifier" ? [name["value"] as string] : []));

const definesCommand = ({ type, callee }: Node): boolean =>
  type === "CallExpression" && isNode(callee) && ["defineCommand", "defineVerbs"].includes(String(callee["value"]));

/** Where `//` and `/*` begin no comment; everywhere else they do. */
const LITERALS: readonly string[] = ["StringLiteral", "TemplateElement", "RegExpLiteral"];

/** Begin and end of a literal in bytes, which swc counts from 1. */
function placeOf({ type, span }: Node, bytes: string): readonly [from: number, to: number] {
  const { start, end } = span as { readonly start: number; readonly end: number };
  const from = start - 1;
  if (type === "StringLiteral" && !/["']/.test(bytes.charAt(from))) {
    throw new Error("swc counts positions in another way than from 1, in bytes");
  }
  return [from, end - 1];
}

/** The text with an `x` for each character of a literal, and one more where a line of a literal ends. */
function withoutLiterals(bytes: string, literals: readonly Node[]): string {
  const places = literals.map((literal) => placeOf(literal, bytes)).toSorted(([a], [b]) => a - b);
  let text = "";
  let done = 0;
  for (const [from, to] of places) {
    text += bytes.slice(done, from) + bytes.slice(from, to).replaceAll(/./g, "x").replaceAll("\n", "x\n");
    done = to;
  }
  return text + bytes.slice(done);
}

const COMMENT = /\/\/.*|\/\*[^]*?\*\//g;
const EXPLANATION = /^\/\*\*[^]*?\*\/(?:\s*\n\s*\n|\s*import\b)/;

/**
 * Reads a file.
 *
 * @throws when it is not TypeScript
 */
export function readSource(text: string): Source {
  const tree = parseSync(text, { syntax: "typescript", target: "es2024" });
  const nodes = [...walk(tree)];
  const body = tree.body as readonly unknown[] as readonly Node[];
  // a character a byte, since swc counts bytes
  const bytes = Buffer.from(text).toString("latin1");
  const bare = withoutLiterals(
    bytes,
    nodes.filter(({ type }) => LITERALS.includes(type)),
  );
  const lines = bare
    .replaceAll(COMMENT, (comment) => comment.replaceAll(/[^\n]/g, "\0"))
    .replace(/\n$/, "")
    .split("\n");
  const isCode = (line: string): boolean => /[^\s\0]/.test(line);
  return {
    lines: lines.length,
    codeLines: lines.filter(isCode).length,
    commentLines: lines.filter((line) => line.includes("\0") && !isCode(line)).length,
    imports: nodes.flatMap(importsOf),
    isExplained: EXPLANATION.test(bare),
    isVerb: nodes.some(definesCommand),
    spelled: [...spelledIn(tree)],
    types: typesIn(body),
    values: valuesIn(body),
  };
}

import { parseSync } from "@swc/core";

/** The properties of a TypeScript file that the figures need. */
export interface Source {
  readonly lines: number;
  /** lines with code, including lines inside multi-line strings */
  readonly codeLines: number;
  /** lines with a comment and no code */
  readonly commentLines: number;
  /** specifiers of all imports and re-exports, as written, including types and `import()` */
  readonly imports: readonly string[];
  /** true if the file begins with its own docstring, not with that of its first declaration */
  readonly isExplained: boolean;
  /** true if the file defines a command */
  readonly isVerb: boolean;
  /**
   * noun and verb of each command line in the file's texts, except in examples; only the noun if the verb is a value
   */
  readonly spelled: readonly string[];
  /** names of the types and classes declared at the top level */
  readonly types: readonly string[];
  /** names of the constants and functions declared at the top level */
  readonly values: readonly string[];
}

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isSyntaxNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Yields a node and all nodes below it. */
function* walkNodes(value: unknown): Generator<SyntaxNode> {
  if (isSyntaxNode(value)) yield value;
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) yield* walkNodes(child);
}

const getStringValues = (value: unknown): readonly string[] =>
  isSyntaxNode(value) && value.type === "StringLiteral" ? [value["value"] as string] : [];

function getImportSpecifiers(node: SyntaxNode): readonly string[] {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return getStringValues(node["source"]);
    case "TsImportType":
      return getStringValues(node["argument"]);
    case "CallExpression": {
      const [first] = node["arguments"] as readonly { readonly expression: unknown }[];
      return (node["callee"] as SyntaxNode).type === "Import" ? getStringValues(first?.expression) : [];
    }
    default:
      return [];
  }
}

const getLiteralText = ({ type, value, cooked }: SyntaxNode): string =>
  type === "StringLiteral" ? (value as string) : type === "TemplateElement" ? (cooked as string) : "";

/**
 * Returns true if a node contains the examples of a command. They are checked against the commands when help pages are
 * generated.
 */
const isExamplesProperty = ({ type, key }: SyntaxNode): boolean =>
  type === "KeyValueProperty" && isSyntaxNode(key) && key["value"] === "examples";

function* findCommandTexts(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null || (isSyntaxNode(value) && isExamplesProperty(value))) return;
  if (isSyntaxNode(value))
    for (const [, noun = ""] of getLiteralText(value).matchAll(/clomoctl ([a-z][a-z-]+(?: [a-z][a-z-]*| $)?)/g))
      yield noun;
  for (const child of Object.values(value)) yield* findCommandTexts(child);
}

/** Returns the top-level declarations of a file. */
const getTopDeclarations = (body: readonly SyntaxNode[]): readonly SyntaxNode[] =>
  body.map((node) => (node.type === "ExportDeclaration" ? (node["declaration"] as SyntaxNode) : node));

/** Returns the names of the top-level types, interfaces and classes. */
const getTypeNames = (body: readonly SyntaxNode[]): readonly string[] =>
  getTopDeclarations(body)
    .filter(({ type }) => /^(?:TsTypeAlias|TsInterface|Class)Declaration$/.test(type))
    .map(({ id, identifier = id }) => (identifier as { readonly value: string }).value);

/** Returns the names of the top-level constants, variables and functions, except those from destructuring. */
const getValueNames = (body: readonly SyntaxNode[]): readonly string[] =>
  getTopDeclarations(body)
    .flatMap(({ type, identifier, declarations }) =>
      type === "FunctionDeclaration"
        ? [identifier]
        : type === "VariableDeclaration"
          ? (declarations as readonly SyntaxNode[]).map(({ id }) => id)
          : [],
    )
    .flatMap((name) => (isSyntaxNode(name) && name.type === "Identifier" ? [name["value"] as string] : []));

const definesCommand = ({ type, callee }: SyntaxNode): boolean =>
  type === "CallExpression" &&
  isSyntaxNode(callee) &&
  ["defineCommand", "defineVerbs"].includes(String(callee["value"]));

/** The literals in which `//` and `/*` do not begin a comment. */
const LITERAL_TYPES: readonly string[] = ["StringLiteral", "TemplateElement", "RegExpLiteral"];

/** Returns the start and end of a literal in bytes; swc counts bytes from 1. */
function getLiteralSpan({ type, span }: SyntaxNode, bytes: string): readonly [from: number, to: number] {
  const { start, end } = span as { readonly start: number; readonly end: number };
  const from = start - 1;
  if (type === "StringLiteral" && !/["']/.test(bytes.charAt(from))) {
    throw new Error("swc counts positions in another way than from 1, in bytes");
  }
  return [from, end - 1];
}

/** Replaces each character of a literal with `x`, and adds an `x` at each line end within a literal. */
function maskLiterals(bytes: string, literals: readonly SyntaxNode[]): string {
  const places = literals.map((literal) => getLiteralSpan(literal, bytes)).toSorted(([a], [b]) => a - b);
  let text = "";
  let done = 0;
  for (const [from, to] of places) {
    text += bytes.slice(done, from) + bytes.slice(from, to).replaceAll(/./g, "x").replaceAll("\n", "x\n");
    done = to;
  }
  return text + bytes.slice(done);
}

const COMMENT = /\/\/.*|\/\*[^]*?\*\//g;
const LEADING_DOCSTRING = /^\/\*\*[^]*?\*\/(?:\s*\n\s*\n|\s*import\b)/;

/**
 * Parses a source file.
 *
 * @throws if it is not TypeScript
 */
export function parseSource(text: string): Source {
  const tree = parseSync(text, { syntax: "typescript", target: "es2024" });
  const nodes = [...walkNodes(tree)];
  const body = tree.body as readonly unknown[] as readonly SyntaxNode[];
  // latin1 gives one character per byte, because swc counts bytes
  const bytes = Buffer.from(text).toString("latin1");
  const bare = maskLiterals(
    bytes,
    nodes.filter(({ type }) => LITERAL_TYPES.includes(type)),
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
    imports: nodes.flatMap(getImportSpecifiers),
    isExplained: LEADING_DOCSTRING.test(bare),
    isVerb: nodes.some(definesCommand),
    spelled: [...findCommandTexts(tree)],
    types: getTypeNames(body),
    values: getValueNames(body),
  };
}

import { parseSync, visitorKeys, type Node } from "oxc-parser";

/** A small change to a source that tests should detect. */
export interface Mutant {
  readonly kind: string;
  /** line of the change, from 1 */
  readonly line: number;
  readonly column: number;
  /** start of the replaced text, in characters */
  readonly start: number;
  readonly end: number;
  /** an expression may be wrapped in parentheses, a statement in a block */
  readonly form: "expression" | "statement";
  readonly before: string;
  /** replacement; empty if a statement is removed */
  readonly after: string;
}

type SourceChange = Omit<Mutant, "line" | "column" | "before"> & { readonly at: number };

const REPLACED_OPERATORS: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "+=": "-=",
  "-=": "+=",
};

const EQUALITY_OPERATORS: readonly string[] = ["===", "!==", "==", "!="];

/** Type syntax that wraps an expression. */
const TYPE_WRAPPERS: readonly string[] = [
  "TSAsExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
];

/** Nodes that have a name. Unless the name is computed, a number in it is not a value. */
const NAMED_NODES: readonly string[] = ["Property", "PropertyDefinition", "AccessorProperty", "MethodDefinition"];

const LEADING_SPACE = /^(?:\s|\/\/.*\n|\/\*[^]*?\*\/)*/;

function getChildNodes(node: Node): readonly Node[] {
  const values = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>;
  const isNamed = NAMED_NODES.includes(node.type) && !("computed" in node && node.computed);
  const keys = (visitorKeys[node.type] ?? []).filter((key) => !(isNamed && key === "key"));
  return keys.flatMap((key) => values[key] ?? []).filter((child) => child !== null);
}

const isNonEmptyText = (node: Node): boolean =>
  node.type === "Literal" && typeof node.value === "string" && node.value !== "";

function isTextExpression(node: Node): boolean {
  if (node.type === "BinaryExpression") return isTextExpression(node.left) || isTextExpression(node.right);
  return node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
}

function isCallExpression(node: Node): boolean {
  if (node.type === "AwaitExpression" || node.type === "UnaryExpression") return isCallExpression(node.argument);
  if (node.type === "ChainExpression" || node.type === "ParenthesizedExpression")
    return isCallExpression(node.expression);
  return node.type === "CallExpression" && node.callee.type !== "Super";
}

const JUMP_STATEMENTS: readonly string[] = ["ReturnStatement", "ThrowStatement", "ContinueStatement", "BreakStatement"];

function isJumpStatement(node: Node): boolean {
  const [first, ...others] = node.type === "BlockStatement" ? node.body : [node];
  return first !== undefined && others.length === 0 && JUMP_STATEMENTS.includes(first.type);
}

const isConstAssertion = (node: Node): boolean =>
  node.type === "TSAsExpression" &&
  node.typeAnnotation.type === "TSTypeReference" &&
  node.typeAnnotation.typeName.type === "Identifier" &&
  node.typeAnnotation.typeName.name === "const";

/** Collects the possible changes to a source. */
class ChangeCollector {
  readonly #text: string;
  readonly found: SourceChange[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  visit(node: Node, isTable = false): void {
    if (node.type === "ImportDeclaration" || ("declare" in node && node.declare)) return;
    if (node.type.startsWith("TS") && !TYPE_WRAPPERS.includes(node.type)) return;
    this.#changesOf(node, isTable);
    const isTableBelow = isTable || isConstAssertion(node);
    for (const child of getChildNodes(node)) this.visit(child, isTableBelow);
  }

  #slice({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.#text.slice(start, end);
  }

  #replace(kind: string, { start, end }: Node, after: string, at = start): void {
    this.found.push({ kind, at, start, end, form: "expression", after });
  }

  #leaveOut(kind: string, { start, end }: Node): void {
    this.found.push({ kind, at: start, start, end, form: "statement", after: "" });
  }

  #changesOf(node: Node, isTable: boolean): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds of nodes are left alone
    switch (node.type) {
      case "BinaryExpression":
        this.#binary(node.operator, node, node.left, node.right);
        break;
      case "LogicalExpression":
        this.#logical(node.operator, node, node.left, node.right);
        break;
      case "AssignmentExpression":
        if (!isTextExpression(node.right)) this.#operator("arithmetic", node.operator, node, node.left, node.right);
        break;
      case "IfStatement":
        this.#condition(node.test);
        if (!node.alternate && isJumpStatement(node.consequent)) this.#leaveOut("guard removed", node);
        break;
      case "WhileStatement":
      case "DoWhileStatement":
      case "ConditionalExpression":
        this.#condition(node.test);
        break;
      case "ForStatement":
        if (node.test) this.#condition(node.test);
        break;
      case "ExpressionStatement":
        if (isCallExpression(node.expression)) this.#leaveOut("call removed", node);
        break;
      case "SwitchCase":
        if (node.test) this.#emptied(node.test);
        break;
      case "Literal":
        this.#literal(node, isTable);
        break;
      default:
    }
  }

  #literal(node: Node & { readonly type: "Literal" }, isTable: boolean): void {
    if (typeof node.value === "boolean") this.#replace("boolean", node, String(!node.value));
    if (typeof node.value === "number" && !isTable) this.#replace("number", node, String(node.value + 1));
  }

  #binary(operator: string, node: Node, left: Node, right: Node): void {
    if (operator === "+" || operator === "-") {
      if (!isTextExpression(left) && !isTextExpression(right))
        this.#operator("arithmetic", operator, node, left, right);
      return;
    }
    this.#operator("comparison", operator, node, left, right);
    if (!EQUALITY_OPERATORS.includes(operator)) return;
    this.#emptied(left);
    this.#emptied(right);
  }

  #logical(operator: string, node: Node, left: Node, right: Node): void {
    if (operator === "??") {
      this.#replace("?? dropped", node, this.#slice(left), this.#operatorAt(left, right));
      return;
    }
    this.#operator("logical", operator, node, left, right);
    this.#replace("side dropped", node, this.#slice(left), right.start);
    this.#replace("side dropped", node, this.#slice(right), left.start);
  }

  #operatorAt(left: Node, right: Node): number {
    const between = this.#text.slice(left.end, right.start);
    return left.end + (LEADING_SPACE.exec(between)?.[0].length ?? 0);
  }

  #operator(kind: string, operator: string, node: Node, left: Node, right: Node): void {
    const other = REPLACED_OPERATORS[operator];
    if (other === undefined) return;
    const at = this.#operatorAt(left, right);
    // changes only the last operator: `a || b || c` becomes `(a || b) && c`
    const looser = other === "&&" && left.type === "LogicalExpression";
    const first = looser ? `(${this.#slice(left)})` : this.#slice(left);
    const pad = left.end === at ? " " : "";
    const rest = this.#text.slice(at + operator.length, node.end);
    const after = `${first}${this.#text.slice(left.end, at)}${pad}${other}${pad}${rest}`;
    this.#replace(kind, node, after, at);
  }

  #condition(test: Node): void {
    if (test.type === "Literal") return;
    if (test.type === "BinaryExpression" && EQUALITY_OPERATORS.includes(test.operator)) return;
    const after = test.type === "UnaryExpression" && test.operator === "!" ? test.argument : undefined;
    this.#replace("condition negated", test, after ? this.#slice(after) : `!(${this.#slice(test)})`);
  }

  #emptied(node: Node): void {
    if (isNonEmptyText(node)) this.#replace("text emptied", node, '""');
  }
}

/**
 * Returns the mutants of a source, sorted by position.
 *
 * @throws if it is not TypeScript
 */
export function findMutants(text: string): readonly Mutant[] {
  const { program, errors } = parseSync("source.ts", text);
  if (errors[0] !== undefined) throw new Error(errors[0].message);
  const changes = new ChangeCollector(text);
  changes.visit(program);
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return changes.found
    .map(({ at, ...change }) => {
      const line = starts.findLastIndex((start) => start <= at) + 1;
      const column = at - (starts[line - 1] ?? 0) + 1;
      return { ...change, line, column, before: text.slice(change.start, change.end) };
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

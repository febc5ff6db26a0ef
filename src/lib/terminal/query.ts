import type { JSONValue } from "@jmespath-community/jmespath";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { createUnknownFieldFailure } from "./output-choice.ts";

/** A compiled `--query`. @throws Failure `usage` if a function of the query does not accept a value */
type CompiledQuery = (value: JSONValue) => JSONValue;

/** Compiles a query. @throws Failure `usage` if the query is malformed */
export async function compileQuery(expression: string): Promise<CompiledQuery> {
  const { compile, TreeInterpreter } = await import("@jmespath-community/jmespath");
  const compiled = catchQueryErrors(() => compile(expression));
  return (value) => catchQueryErrors(() => TreeInterpreter.search(compiled, value));
}

/**
 * Rejects a query that would fail for any records: it is malformed, calls a function that does not exist, passes the
 * wrong number of arguments, or passes a field that no record has to a function that does not accept null.
 *
 * @param known the names of the records' fields
 * @throws Failure `usage`
 */
export async function checkQuery(expression: string, known: readonly string[]): Promise<void> {
  const { compile, search } = await import("@jmespath-community/jmespath");
  for (const { called, ofRecord } of findFunctionCalls(
    catchQueryErrors(() => compile(expression)),
    true,
  )) {
    const { name = "", children = [] } = called;
    const refused = captureError(() => search(null, `${name}(${children.map(() => "`null`").join(", ")})`));
    if (refused === undefined) continue;
    if (!TYPE_ERROR_MESSAGE.test(refused.message)) throw createQueryFailure(refused);
    const given = children.flatMap((one) => (one.type === "Field" && one.name !== undefined ? [one.name] : []));
    const unknown = ofRecord ? given.find((field) => !known.includes(field)) : undefined;
    if (unknown !== undefined) throw createUnknownFieldFailure(unknown, known, { where: "--query" });
  }
}

/**
 * Matches the error of a function that does not accept null. The error shows that the function exists and accepts this
 * number of arguments.
 */
const TYPE_ERROR_MESSAGE = /^Invalid type: /;

/** A node of a compiled query, with only the members that are used in this module. */
interface QueryNode {
  readonly type: string;
  readonly name?: string;
  readonly left?: QueryNode;
  readonly right?: QueryNode;
  readonly child?: QueryNode;
  readonly condition?: QueryNode;
  /** the expression for the value of a key in a multi-select hash */
  readonly value?: unknown;
  readonly children?: readonly QueryNode[];
}

/** A function call in a query. `ofRecord` is true if the function is called on a record or on the list of records. */
interface FunctionCall {
  readonly called: QueryNode;
  readonly ofRecord: boolean;
}

/**
 * Yields the function calls in a node of a query.
 *
 * @param ofRecord true if the node is evaluated on a record or on the list of records
 */
function* findFunctionCalls(part: QueryNode, ofRecord: boolean): Generator<FunctionCall> {
  const { type, left, right, child, condition, children = [] } = part;
  if (type === "Function") yield { called: part, ofRecord };
  // the right side is evaluated on the result of the left side, which is the records only if the left side selects all
  // of them
  const isSame = ofRecord && (left === undefined || selectsAllRecords(left));
  if (left !== undefined) yield* findFunctionCalls(left, ofRecord);
  for (const behind of [right, condition]) {
    if (behind !== undefined) yield* findFunctionCalls(behind, CHAINED_NODE_TYPES.has(type) ? isSame : ofRecord);
  }
  if (child !== undefined) yield* findFunctionCalls(child, ofRecord && type !== "ExpressionReference");
  for (const one of children) yield* findFunctionCalls(one, ofRecord);
  if (type === "KeyValuePair") yield* findFunctionCalls(part.value as QueryNode, ofRecord);
}

/** Types of nodes whose right side is evaluated on the result of their left side. */
const CHAINED_NODE_TYPES: ReadonlySet<string> = new Set([
  "Subexpression",
  "IndexExpression",
  "Projection",
  "FilterProjection",
  "ValueProjection",
  "Pipe",
]);

const selectsAllRecords = ({ type, child }: QueryNode): boolean =>
  type === "Identity" || type === "Current" || (type === "Flatten" && child !== undefined && selectsAllRecords(child));

function catchQueryErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw createQueryFailure(cause);
  }
}

function createQueryFailure(cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Failure("usage", {
    what: text(`the query failed: ${reason}`, `--query を処理できません: ${reason}`),
    where: "--query",
    hint: text("for the syntax, see https://jmespath.org/", "書き方は https://jmespath.org/ を参照してください"),
    cause,
  });
}

/** Returns the error that a function throws; undefined if it does not throw. */
function captureError(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}

import type { JSONValue } from "@jmespath-community/jmespath";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { unknownField } from "./output-choice.ts";

/** A compiled `--query`. @throws Failure `usage` where a value is not what a function of it takes */
type CompiledQuery = (value: JSONValue) => JSONValue;

/** @throws Failure `usage` when the query is malformed */
export async function compileQuery(expression: string): Promise<CompiledQuery> {
  const { compile, TreeInterpreter } = await import("@jmespath-community/jmespath");
  const compiled = guarded(() => compile(expression));
  return (value) => guarded(() => TreeInterpreter.search(compiled, value));
}

/**
 * Fails as a query must fail, whatever the records hold: it is malformed, has a function that there is not, or gives one a
 * field that none has.
 *
 * @param known the names of the records' fields
 * @throws Failure `usage`
 */
export async function checkQuery(expression: string, known: readonly string[]): Promise<void> {
  const { compile, search } = await import("@jmespath-community/jmespath");
  for (const { called, ofRecord } of calls(
    guarded(() => compile(expression)),
    true,
  )) {
    const { name = "", children = [] } = called;
    const refused = causeOf(() => search(null, `${name}(${children.map(() => "`null`").join(", ")})`));
    if (refused === undefined) continue;
    if (!OF_TYPES.test(refused.message)) throw failed(refused);
    const given = children.flatMap((one) => (one.type === "Field" && one.name !== undefined ? [one.name] : []));
    const unknown = ofRecord ? given.find((field) => !known.includes(field)) : undefined;
    if (unknown !== undefined) throw unknownField(unknown, known, "--query");
  }
}

/** What a function says of a null that it does not take: there is such a function, of as many values. */
const OF_TYPES = /^Invalid type: /;

/** A part of a compiled query, as far as it is looked at. */
interface QueryNode {
  readonly type: string;
  readonly name?: string;
  readonly left?: QueryNode;
  readonly right?: QueryNode;
  readonly child?: QueryNode;
  readonly condition?: QueryNode;
  /** of a multi-select hash: what a key stands for */
  readonly value?: unknown;
  readonly children?: readonly QueryNode[];
}

/** A function of a query; `ofRecord`: it is called with a record, or with the list of them. */
interface FunctionCall {
  readonly called: QueryNode;
  readonly ofRecord: boolean;
}

/** The functions in a part of a query. @param ofRecord as of a call */
function* calls(part: QueryNode, ofRecord: boolean): Generator<FunctionCall> {
  const { type, left, right, child, condition, children = [] } = part;
  if (type === "Function") yield { called: part, ofRecord };
  // what stands behind another part is of its value, except where that is the records themselves
  const isSame = ofRecord && (left === undefined || isAll(left));
  if (left !== undefined) yield* calls(left, ofRecord);
  for (const behind of [right, condition]) {
    if (behind !== undefined) yield* calls(behind, IN_TURN.has(type) ? isSame : ofRecord);
  }
  if (child !== undefined) yield* calls(child, ofRecord && type !== "ExpressionReference");
  for (const one of children) yield* calls(one, ofRecord);
  if (type === "KeyValuePair") yield* calls(part.value as QueryNode, ofRecord);
}

/** The parts whose right side is of the value of their left one. */
const IN_TURN: ReadonlySet<string> = new Set([
  "Subexpression",
  "IndexExpression",
  "Projection",
  "FilterProjection",
  "ValueProjection",
  "Pipe",
]);

const isAll = ({ type, child }: QueryNode): boolean =>
  type === "Identity" || type === "Current" || (type === "Flatten" && child !== undefined && isAll(child));

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Failure("usage", {
    what: text(`the query failed: ${reason}`, `--query を処理できません: ${reason}`),
    where: "--query",
    hint: text("see https://jmespath.org/ for the syntax", "書き方は https://jmespath.org/ を参照してください"),
    cause,
  });
}

/** What work throws; undefined if it does not. */
function causeOf(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}

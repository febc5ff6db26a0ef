import { line, step } from "../../advice/index.ts";
import { ERRORS, Failure, type ErrorCode } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { AppleAnswer, AppleRequest, Send } from "../send.ts";
import { CONTROL } from "./names.ts";

/** What is asked of the simulator itself. */
export interface ControlRequest extends Pick<AppleRequest, "method" | "signal"> {
  /** without a slash at its end */
  readonly origin: string;
  /** below `/_simulator` */
  readonly path: string;
  readonly body?: unknown;
}

type JsonMembers = Readonly<Record<string, unknown>>;

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): JsonMembers =>
  typeof value === "object" && value !== null ? (value as JsonMembers) : {};

/** Returns the value of a JSON text; undefined if it is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Asks the simulator itself.
 *
 * @param read returns what the answer says; undefined if no simulator gave it
 * @throws Failure as it answered; `unavailable` if it is not reached, or another server listens there
 */
export async function askSimulator<T>(
  send: Send,
  { origin, path, method, body, signal }: ControlRequest,
  read: (answer: AppleAnswer) => T | undefined,
): Promise<T> {
  const answer = await send({
    method,
    url: `${origin}${CONTROL}${path}`,
    headers: { "content-type": "application/json", "user-agent": "clomoctl" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  const found = answer.status === 200 ? read(answer) : undefined;
  if (found !== undefined) return found;
  throw problemIn(answer) ?? noSimulator(origin);
}

const noSimulator = (where: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "what answers there is no simulator of clomoctl",
      "応答しているのは clomoctl のシミュレーターではありません",
    ),
    where,
    hint: step("start one with", "起動するには", line("ade simulator start", [])),
  });

function isText(value: unknown): value is Text {
  const { en, ja } = membersOf(value);
  return typeof en === "string" && typeof ja === "string";
}

function problemIn({ body }: AppleAnswer): Failure | undefined {
  const { type, detail, hint } = membersOf(parseJson(body));
  if (typeof type !== "string" || !Object.hasOwn(ERRORS, type) || !isText(detail)) return undefined;
  return new Failure(type as ErrorCode, { what: detail, hint: isText(hint) ? hint : undefined });
}

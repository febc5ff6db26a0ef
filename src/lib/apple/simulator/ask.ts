import { line, step } from "../../advice/index.ts";
import { ERRORS, Failure, type ErrorCode } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import type { AppleResponse, AppleRequest, Send } from "../send.ts";
import { CONTROL_PATH } from "./names.ts";

/** A request to the control interface of the simulator. */
export interface ControlRequest extends Pick<AppleRequest, "method" | "signal"> {
  /** without a trailing slash */
  readonly origin: string;
  /** path below `/_simulator` */
  readonly path: string;
  readonly body?: unknown;
}

type JsonMembers = Readonly<Record<string, unknown>>;

/** Returns the members of an object, or no members if the value is not an object. */
export const toJsonMembers = (value: unknown): JsonMembers =>
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
 * Sends a request to the control interface of the simulator.
 *
 * @param read reads the response; returns undefined if the response is not from a simulator
 * @throws Failure the failure that the simulator returned; `unavailable` if the simulator cannot be reached, or if
 * another server responds
 */
export async function sendControlRequest<T>(
  send: Send,
  { origin, path, method, body, signal }: ControlRequest,
  read: (answer: AppleResponse) => T | undefined,
): Promise<T> {
  const answer = await send({
    method,
    url: `${origin}${CONTROL_PATH}${path}`,
    headers: { "content-type": "application/json", "user-agent": "clomoctl" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  const found = answer.status === 200 ? read(answer) : undefined;
  if (found !== undefined) return found;
  throw parseSimulatorFailure(answer) ?? createNoSimulatorFailure(origin);
}

const createNoSimulatorFailure = (where: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "the server at this address is not a clomoctl simulator",
      "このアドレスで応答しているのは clomoctl のシミュレーターではありません",
    ),
    where,
    hint: step("to start a simulator", "シミュレーターを起動するには", line("ade simulator start", [])),
  });

function isText(value: unknown): value is Text {
  const { en, ja } = toJsonMembers(value);
  return typeof en === "string" && typeof ja === "string";
}

function parseSimulatorFailure({ body }: AppleResponse): Failure | undefined {
  const { type, detail, hint } = toJsonMembers(parseJson(body));
  if (typeof type !== "string" || !Object.hasOwn(ERRORS, type) || !isText(detail)) return undefined;
  return new Failure(type as ErrorCode, { what: detail, hint: isText(hint) ? hint : undefined });
}

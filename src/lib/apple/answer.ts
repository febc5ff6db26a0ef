import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { parseInstant } from "./renewable.ts";
import type { AppleResponse } from "./retry.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_TEXT_LENGTH = 4096;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const createUndocumentedFailure = (where: string, member: string): Failure =>
  new Failure("unavailable", {
    what: text(`Apple's response is not as documented: ${member}`, `Apple の応答が仕様と異なります: ${member}`),
    where,
    hint: text(
      "try again later; if the problem persists, check the proxy or firewall between this computer and Apple",
      "しばらくしてからもう一度実行してください。続く場合は、Apple との間にあるプロキシやファイアウォールを確認してください",
    ),
  });

export function parseJsonObject(where: string, body: string): JsonObject {
  const value = tryOrUndefined((): unknown => JSON.parse(body));
  if (!isObject(value)) throw createUndocumentedFailure(where, "JSON");
  return value;
}

export const parseObjectResponse = (where: string, { status, body }: Pick<AppleResponse, "status" | "body">) =>
  status === 200 && /^\s*(?:\{|$)/.test(body) ? parseJsonObject(where, body) : undefined;

/** Returns null if the member is absent. @throws Failure `unavailable` if the member is not a valid text */
export function readOptionalText(where: string, object: JsonObject, member: string): string | null {
  const value = object[member];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value.length > MAX_TEXT_LENGTH || !value.isWellFormed() || value.includes("\0")) {
    throw createUndocumentedFailure(where, member);
  }
  return value;
}

/** @throws Failure `unavailable` if the member is missing, empty or not a text */
export function readRequiredText(where: string, object: JsonObject, member: string): string {
  const value = readOptionalText(where, object, member);
  if (value === null || value === "") throw createUndocumentedFailure(where, member);
  return value;
}

/** Returns a UTC instant; null if the member is absent or empty. @throws Failure `unavailable` for any other text */
export function readOptionalInstant(where: string, object: JsonObject, member: string): string | null {
  const written = readOptionalText(where, object, member);
  if (written === null || written === "") return null;
  const instant = parseInstant(written);
  if (instant === undefined) throw createUndocumentedFailure(where, member);
  return instant;
}

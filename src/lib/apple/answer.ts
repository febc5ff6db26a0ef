import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { instantOfText } from "./encoding/instant.ts";
import type { AppleAnswer } from "./send.ts";

/** A JSON object from outside; its members are of any type. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What no text of an answer is longer than. */
const LONGEST_TEXT = 4096;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The failure of an answer that is not as documented; it names the member and never its content. */
export class UndocumentedAnswer extends Failure {
  readonly member: string;

  /** @param where the request, as `GET https://…/account` */
  constructor(where: string, member: string) {
    super("unavailable", {
      what: text(`the answer is not as Apple documents it: ${member}`, `応答が Apple の仕様と異なります: ${member}`),
      where,
      hint: text(
        "try again later; if it stays so, check what stands between this machine and Apple (a proxy)",
        "しばらくしてからもう一度実行してください。続く場合は、Apple との間にあるプロキシなどを確認してください",
      ),
    });
    this.member = member;
  }
}

/** Returns the failure of an answer that is not as documented. @param where the request, as `GET https://…/account` */
export const undocumented = (where: string, member: string): UndocumentedAnswer =>
  new UndocumentedAnswer(where, member);

/** The object that a body is. @throws Failure `unavailable` where it is none */
export function objectOf(where: string, body: string): JsonObject {
  const value = attempt((): unknown => JSON.parse(body));
  if (!isObject(value)) throw undocumented(where, "JSON");
  return value;
}

/**
 * The object that an answer of status 200 has begun; undefined of any other, such as somebody's page.
 *
 * @throws Failure `unavailable` where it ends early
 */
export const begunObject = (where: string, { status, body }: Pick<AppleAnswer, "status" | "body">) =>
  status === 200 && /^\s*(?:\{|$)/.test(body) ? objectOf(where, body) : undefined;

/** A text that a database can hold; null where it is absent. @throws Failure `unavailable` where it is something else */
export function optionalText(where: string, object: JsonObject, member: string): string | null {
  const value = object[member];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value.length > LONGEST_TEXT || !value.isWellFormed() || value.includes("\0")) {
    throw undocumented(where, member);
  }
  return value;
}

/** A text with something in it. @throws Failure `unavailable` where there is none */
export function requiredText(where: string, object: JsonObject, member: string): string {
  const value = optionalText(where, object, member);
  if (value === null || value === "") throw undocumented(where, member);
  return value;
}

/** A UTC instant; null where it is absent or empty. @throws Failure `unavailable` where it is something else */
export function optionalInstant(where: string, object: JsonObject, member: string): string | null {
  const written = optionalText(where, object, member);
  if (written === null || written === "") return null;
  const instant = instantOfText(written);
  if (instant === undefined) throw undocumented(where, member);
  return instant;
}

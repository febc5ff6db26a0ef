import { line } from "../../advice/index.ts";
import { Failure, type ErrorCode, tryOrUndefined } from "../../errors/index.ts";
import { text, type Text } from "../../text/index.ts";
import { parseHttpDate } from "../retry.ts";
import type { AppleResponse } from "../send.ts";

const NEW_TOKEN_HINT = text(
  `download a new token of the same MDM server in Apple Business Manager, then: ${line("ade token set", ["FILE"])}`,
  `Apple Business Manager で同じ MDM サーバーのトークンをダウンロードし、設定してください: ${line("ade token set", ["FILE"])}`,
);

const REFUSAL_HINTS: Readonly<Record<string, Text>> = {
  T_C_NOT_SIGNED: text(
    "an administrator must sign in to https://business.apple.com and accept Apple's new terms",
    "組織の管理者が https://business.apple.com にサインインし、新しい利用規約に同意してください",
  ),
  token_rejected: NEW_TOKEN_HINT,
  signature_invalid: NEW_TOKEN_HINT,
  token_expired: NEW_TOKEN_HINT,
  SERVER_INACTIVE: text(
    "check the MDM server in Apple Business Manager; if it was deleted, create it again",
    "Apple Business Manager で MDM サーバーの状態を確認してください。削除されている場合は作り直しが必要です",
  ),
  TOO_MANY_REQUESTS: text("try again in a few minutes", "数分後にもう一度実行してください"),
};

const TOKEN_REJECTION_CODES: readonly string[] = ["token_rejected", "signature_invalid", "token_expired"];

const CURSOR_CODES: readonly string[] = ["INVALID_CURSOR", "EXPIRED_CURSOR", "EXHAUSTED_CURSOR"];

const KNOWN_ERROR_CODES: readonly string[] = [...Object.keys(REFUSAL_HINTS), ...CURSOR_CODES];

const MAX_SEARCHED_CHARACTERS = 4096;

const CLOCK_TOLERANCE_MS = 5 * 60_000;

export class AppleRefusal extends Failure {
  readonly apple: string | undefined;

  constructor(apple: string | undefined, exit: ErrorCode, problem: ConstructorParameters<typeof Failure>[1]) {
    super(exit, problem);
    this.apple = apple;
  }

  get rejectsToken(): boolean {
    return this.apple !== undefined && TOKEN_REJECTION_CODES.includes(this.apple);
  }
}

export const isCursorRefusal = (error: unknown): boolean =>
  error instanceof AppleRefusal && error.apple !== undefined && CURSOR_CODES.includes(error.apple);

export function createAppleRefusal(where: string, answer: AppleResponse, now: number): AppleRefusal {
  const { status, body } = answer;
  const start = body.slice(0, MAX_SEARCHED_CHARACTERS);
  const code = KNOWN_ERROR_CODES.find((one) => start.includes(one));
  const isRefusal = status === 401 || status === 403 || (code !== undefined && TOKEN_REJECTION_CODES.includes(code));
  const phrase = formatErrorPhrase(body);
  const isInvalid = status === 400 && (code === undefined || !CURSOR_CODES.includes(code));
  return new AppleRefusal(code, isRefusal ? "not-permitted" : isInvalid ? "input-rejected" : "unavailable", {
    what: text(`Apple returned status ${status}${phrase}`, `Apple がステータス ${status}${phrase} を返しました`),
    where,
    hint: (code === undefined && isRefusal ? describeClockError(answer, now) : undefined) ?? REFUSAL_HINTS[code ?? ""],
  });
}

/** If the session is over, Apple responds with status 401, but the simulator depsim with 403. @see apple 2 */
export const isSessionExpired = ({ status, body }: AppleResponse): boolean =>
  status === 401 || (status === 403 && body.slice(0, MAX_SEARCHED_CHARACTERS).includes("FORBIDDEN"));

function describeClockError({ headers }: AppleResponse, now: number): Text | undefined {
  const theirs = parseHttpDate(headers["date"]);
  if (theirs === undefined || Math.abs(theirs - now) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  const [en, ja] = now > theirs ? ["fast", "進んで"] : ["slow", "遅れて"];
  return text(
    `the clock of this computer is ${minutes} minutes ${en}: set it, and try again`,
    `このコンピューターの時計が ${minutes} 分${ja}います。時計を合わせてください`,
  );
}

function formatErrorPhrase(body: string): string {
  const bare = tryOrUndefined((): unknown => JSON.parse(body)) ?? body.trim();
  return typeof bare === "string" && /^[\w ]{1,80}$/.test(bare) ? ` (${bare})` : "";
}

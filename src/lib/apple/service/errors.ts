import { line, renderAdvice } from "../../advice/index.ts";
import { Failure, type ErrorCode } from "../../errors/index.ts";
import {
  CLOCK_ERROR_PLACE,
  buildSimulatorTokenStep,
  SIMULATOR_COMMANDS,
  type SimulatorServer,
} from "../../model/ade.ts";
import { text, type Text } from "../../text/index.ts";
import { attempt } from "../encoding/foreign.ts";
import { parseHttpDate } from "../patience.ts";
import type { AppleResponse } from "../send.ts";

/** How the program recognises and reports one of Apple's errors. */
interface AppleError {
  /** HTTP statuses of the error; in a response with another status, its code is ignored */
  readonly statuses: readonly number[];
  readonly exit: ErrorCode;
  readonly what: Text;
  readonly hint: Text;
  /** returns the hint to show instead if the response came from a simulator */
  readonly simulated?: (place: SimulatorServer) => Text;
}

const REFUSAL_STATUSES: readonly number[] = [400, 401, 403];
const BAD_REQUEST_STATUSES: readonly number[] = [400];

const NEW_TOKEN_HINT = text(
  `download the server's token again in Apple Business Manager (this invalidates the previous token), then run ${line("ade token set", ["FILE"])}`,
  `Apple Business Manager でこのサーバーのトークンをもう一度ダウンロードし(以前のトークンは無効になります)、${line("ade token set", ["FILE"])} を実行してください`,
);
/** Hint for a refused cursor. When it is shown, the sync has already fetched all devices again automatically. */
const REFUSED_CURSOR_HINT = text(
  `clomoctl fetched all devices again from the beginning, but Apple refused the position (cursor) again. Try again in a few minutes: ${line("ade sync", [])}`,
  `全件の取得をはじめからやり直しましたが、再び拒否されました。数分後にもう一度実行してください: ${line("ade sync", [])}`,
);
const USER_AGENT_HINT = text(
  "use a newer version of clomoctl, or check whether a proxy changes the User-Agent of requests",
  "新しい clomoctl を使うか、プロキシが User-Agent を書き換えていないか確認してください",
);
const REPORT_BUG_HINT = text("this is a bug in clomoctl; please report it", "clomoctl の不具合です。報告してください");

/** Hint for an unclear refusal: a reused nonce or wrong parameter also causes it, not only the token.  @see apple 2 */
const UNCLEAR_REFUSAL_HINT = text(
  `try again in a few minutes, and check the clock of this computer. If Apple refuses again, compare the token in use with Apple Business Manager: ${line("ade token show", [])}. Download a new token only after that, because a new token invalidates the current token`,
  `数分後にもう一度実行し、このコンピューターの時計も確認してください。それでも拒否される場合は、使用中のトークンを Apple Business Manager と照合してください: ${line("ade token show", [])}(新しいトークンをダウンロードすると今のトークンは無効になるため、その後にしてください)`,
);

/** Explains how to clear the faults of a simulator, for errors that occur only if the fault was set. */
const describeFaultClearing = ({ url }: SimulatorServer): Text => {
  const line = SIMULATOR_COMMANDS.clear(url);
  return text(
    `this fault was set in the simulator; to clear it: ${line}`,
    `シミュレーターに設定された障害です。解除するには: ${line}`,
  );
};

/** Adds the command that clears faults to a hint, because a fault in the simulator may have caused the error. */
const addFaultClearing = ({ en, ja }: Text, { url }: SimulatorServer): Text => {
  const clear = SIMULATOR_COMMANDS.clear(url);
  return text(
    `${en}; if this fault was set in the simulator: ${clear}`,
    `${ja}。シミュレーターに設定した障害の場合: ${clear}`,
  );
};

const describeNewSimulatorToken = (place: SimulatorServer): Text =>
  addFaultClearing(renderAdvice(buildSimulatorTokenStep(place)), place);

/** Returns the hint that replaces {@link UNCLEAR_REFUSAL_HINT} for a simulator. */
function describeUnclearSimulatorRefusal(place: SimulatorServer): Text {
  const { en, ja } = describeNewSimulatorToken(place);
  return text(
    `try again in a few minutes, and check the clock of this computer; if the simulator refuses again: ${en}`,
    `数分後にもう一度実行し、このコンピューターの時計も確認してください。それでも拒否される場合: ${ja}`,
  );
}

const defineTokenError = (what: Text): AppleError => ({
  statuses: REFUSAL_STATUSES,
  exit: "not-permitted",
  what,
  hint: NEW_TOKEN_HINT,
  simulated: describeNewSimulatorToken,
});
const defineRequestError = (what: Text, hint: Text = REPORT_BUG_HINT): AppleError => ({
  statuses: BAD_REQUEST_STATUSES,
  exit: "input-rejected",
  what,
  hint,
});
const defineProfileError = (en: string, ja: string): AppleError =>
  defineRequestError(
    text(`Apple rejected the profile: ${en}`, `Apple が ADE プロファイルを拒否しました: ${ja}`),
    text("correct the settings and create the profile again", "設定を修正して、プロファイルをもう一度作成してください"),
  );

/**
 * Apple's errors by the code in the body of the response. The code may be in quotation marks, or be followed by the
 * reason phrase of the status: `token_expiredForbidden`.
 *
 * @see apple 0, 2 and 3
 */
export const APPLE_ERRORS = {
  T_C_NOT_SIGNED: {
    statuses: [403],
    exit: "not-permitted",
    what: text("Apple's new terms have not been accepted yet", "Apple の新しい利用規約にまだ同意していません"),
    hint: text(
      "an administrator of the organisation must sign in to https://business.apple.com (schools: https://school.apple.com) and accept the terms; then try again",
      "組織の管理者が https://business.apple.com(学校は https://school.apple.com)にサインインして規約に同意してから、もう一度実行してください",
    ),
    simulated: describeFaultClearing,
  },
  ACCESS_DENIED: {
    statuses: REFUSAL_STATUSES,
    exit: "not-permitted",
    what: text(
      "Apple denied this MDM server access to the device service",
      "Apple がこの MDM サーバーからのアクセスを拒否しました",
    ),
    hint: text(
      `check whether the MDM server still exists in Apple Business Manager, and whether its token is the token in use: ${line("ade token show", [])}`,
      `Apple Business Manager にこの MDM サーバーが残っているか、そのトークンが使用中のトークンと同じか確認してください: ${line("ade token show", [])}`,
    ),
    simulated: describeFaultClearing,
  },
  token_rejected: defineTokenError(
    text(
      "the server token is no longer valid because a newer token was issued",
      "新しいトークンが発行されたため、このサーバートークンは無効です",
    ),
  ),
  signature_invalid: defineTokenError(
    text(
      "the server token is no longer valid because a newer token was issued",
      "新しいトークンが発行されたため、このサーバートークンは無効です",
    ),
  ),
  token_expired: defineTokenError(text("the server token has expired", "サーバートークンの有効期限が切れています")),
  SERVER_INACTIVE: {
    statuses: REFUSAL_STATUSES,
    exit: "not-permitted",
    what: text("Apple reports that this MDM server is inactive", "この MDM サーバーは Apple 側で無効になっています"),
    hint: text(
      "an administrator of the organisation must check the MDM server in Apple Business Manager; if the server was deleted, create a new server and download its token",
      "組織の管理者が Apple Business Manager で MDM サーバーの状態を確認してください。削除されている場合は、サーバーとトークンを作り直す必要があります",
    ),
    simulated: describeFaultClearing,
  },
  oauth_problem_advice: {
    statuses: REFUSAL_STATUSES,
    exit: "not-permitted",
    what: text(
      "Apple refused the signed request without a specific reason (oauth_problem_advice)",
      "Apple が署名付きのリクエストを拒否しました。理由は特定できません(oauth_problem_advice)",
    ),
    hint: UNCLEAR_REFUSAL_HINT,
    simulated: describeUnclearSimulatorRefusal,
  },
  USER_AGENT_MISSING: {
    statuses: BAD_REQUEST_STATUSES,
    exit: "unavailable",
    what: text(
      "Apple refused the request because it has no User-Agent",
      "User-Agent のないリクエストとして Apple に拒否されました",
    ),
    hint: USER_AGENT_HINT,
  },
  USER_AGENT_INVALID: {
    statuses: BAD_REQUEST_STATUSES,
    exit: "unavailable",
    what: text("Apple does not accept the User-Agent of clomoctl", "Apple が clomoctl の User-Agent を受け付けません"),
    hint: USER_AGENT_HINT,
  },
  TOO_MANY_REQUESTS: {
    statuses: [429],
    exit: "unavailable",
    what: text("Apple is limiting the number of requests", "Apple がリクエスト数を制限しています"),
    hint: text("try again in a few minutes", "数分後にもう一度実行してください"),
  },
  INVALID_CURSOR: defineRequestError(
    text(
      "Apple does not recognise the position (cursor) to continue from",
      "取得を続ける位置(カーソル)が Apple に認識されません",
    ),
    REFUSED_CURSOR_HINT,
  ),
  EXPIRED_CURSOR: defineRequestError(
    text(
      "Apple does not accept the position (cursor) to continue from, because it is more than 7 days old",
      "取得を続ける位置(カーソル)が 7 日を超えて古いため、Apple に受け付けられません",
    ),
    REFUSED_CURSOR_HINT,
  ),
  EXHAUSTED_CURSOR: defineRequestError(
    text("all devices have already been fetched", "全件の取得はすでに完了しています"),
    text(
      `fetch the changes: ${line("ade sync", [], { delta: true })}`,
      `差分を取得してください: ${line("ade sync", [], { delta: true })}`,
    ),
  ),
  CURSOR_REQUIRED: defineRequestError(
    text("the position (cursor) to fetch changes from is missing", "差分の起点となる位置(カーソル)がありません"),
    REFUSED_CURSOR_HINT,
  ),
  DEVICE_ID_REQUIRED: defineRequestError(
    text("no device was specified", "デバイスが指定されていません"),
    text("specify at least one serial number", "シリアルナンバーを 1 つ以上指定してください"),
  ),
  PROFILE_UUID_REQUIRED: defineRequestError(
    text("no ADE profile was specified", "ADE プロファイルが指定されていません"),
    text(
      `specify a profile; to list the profiles: ${line("ade profiles list", [])}`,
      `プロファイルを指定してください。一覧: ${line("ade profiles list", [])}`,
    ),
  ),
  CONFIG_NAME_REQUIRED: defineProfileError("the name is missing", "名前がありません"),
  CONFIG_NAME_INVALID: defineProfileError("the name must have at most 125 characters", "名前は 125 文字までです"),
  CONFIG_URL_REQUIRED: defineProfileError("the URL is missing", "URL がありません"),
  CONFIG_URL_INVALID: defineProfileError(
    "the URL must begin with https:// and have at most 2000 characters",
    "URL は https:// で始まる 2000 文字以内のものにしてください",
  ),
  DEPARTMENT_INVALID: defineProfileError(
    "the organisation name must have at most 125 characters",
    "組織名は 125 文字までです",
  ),
  FLAGS_INVALID: defineProfileError(
    "the settings contradict each other; removal can be forbidden only for supervised devices",
    "設定の組み合わせが正しくありません。構成プロファイルの削除を禁止できるのは監視対象のときだけです",
  ),
  LOCALE_INVALID: defineProfileError("the language or region is not valid", "言語または地域が正しくありません"),
  MAGIC_INVALID: defineProfileError("org_magic must have at most 256 characters", "org_magic は 256 文字までです"),
  SUPPORT_EMAIL_INVALID: defineProfileError(
    "the email address for support must have at most 250 characters",
    "サポート用メールアドレスは 250 文字までです",
  ),
  SUPPORT_PHONE_INVALID: defineProfileError(
    "the telephone number for support must have at most 50 characters",
    "サポート用電話番号は 50 文字までです",
  ),
  APPLE_SEED_FOR_IT_TURNED_OFF: {
    statuses: [403],
    exit: "not-permitted",
    what: text("AppleSeed for IT is turned off for the organisation", "組織で AppleSeed for IT が無効になっています"),
    hint: text("turn it on in Apple Business Manager", "Apple Business Manager で有効にしてください"),
  },
} as const satisfies Record<string, AppleError>;

export type AppleErrorCode = keyof typeof APPLE_ERRORS;

/** Error codes of Apple that mean that the token no longer works, whatever its expiry date. */
const TOKEN_REJECTION_CODES: readonly string[] = [
  "token_rejected",
  "signature_invalid",
  "token_expired",
] satisfies readonly AppleErrorCode[];

/** Reasons for a refusal that are not codes of Apple, but are derived from other parts of the response. */
type DerivedRefusalReason = "CLOCK" | "NO_SUCH_PROFILE" | "METHOD" | "UNKNOWN";

/** The failure of a request that Apple refused. */
export class AppleRefusal extends Failure {
  readonly apple: AppleErrorCode | DerivedRefusalReason;

  /** @param simulator the simulator that responded; undefined if Apple responded */
  constructor(
    apple: AppleErrorCode | DerivedRefusalReason,
    where: string,
    { exit, what, hint, simulated }: Omit<AppleError, "statuses">,
    simulator?: SimulatorServer,
  ) {
    super(exit, { what, where, hint: simulator === undefined ? hint : (simulated?.(simulator) ?? hint) });
    this.apple = apple;
  }

  /** True if Apple rejects the token itself, so that a retry does not help. */
  get rejectsToken(): boolean {
    return TOKEN_REJECTION_CODES.includes(this.apple);
  }
}

const CURSOR_REFUSAL_REASONS = {
  INVALID_CURSOR: "invalid",
  EXPIRED_CURSOR: "expired",
  EXHAUSTED_CURSOR: "exhausted",
  CURSOR_REQUIRED: "required",
} as const;

/**
 * The failure of a request whose cursor Apple refused. `invalid`, `expired`: fetch all devices again. `exhausted`: all
 * devices were fetched; continue with the changes from the same cursor. `required`: the cursor is missing.
 */
export class CursorRefusal extends AppleRefusal {
  readonly cursor: (typeof CURSOR_REFUSAL_REASONS)[keyof typeof CURSOR_REFUSAL_REASONS];

  constructor(code: keyof typeof CURSOR_REFUSAL_REASONS, where: string) {
    super(code, where, APPLE_ERRORS[code]);
    this.cursor = CURSOR_REFUSAL_REASONS[code];
  }
}

const isCursorErrorCode = (code: AppleErrorCode): code is keyof typeof CURSOR_REFUSAL_REASONS =>
  code in CURSOR_REFUSAL_REASONS;

/** Characters to search for an error code: Apple's errors are short; a longer body is a proxy's page or similar. */
const MAX_SEARCHED_CHARACTERS = 4096;

/** Approximate difference from the server's clock up to which Apple accepts signatures. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

const findErrorCode = ({ status, body }: AppleResponse): AppleErrorCode | undefined => {
  const start = body.slice(0, MAX_SEARCHED_CHARACTERS);
  const codes = Object.keys(APPLE_ERRORS) as AppleErrorCode[];
  return codes.find((code) => {
    const { statuses }: AppleError = APPLE_ERRORS[code];
    return statuses.includes(status) && start.includes(code);
  });
};

/**
 * Creates the failure for a response whose status is not 200.
 *
 * @param where the request, such as `GET https://…/session`
 * @param now milliseconds since 1970-01-01 UTC
 * @param simulator our simulator, if the response came from it
 */
export function createAppleRefusal(
  where: string,
  answer: AppleResponse,
  now: number,
  simulator?: SimulatorServer,
): AppleRefusal {
  const code = findErrorCode(answer);
  if (code === "oauth_problem_advice" || (code === undefined && answer.status === 401)) {
    const wrong = findClockError(answer, now);
    if (wrong !== undefined) return new AppleRefusal("CLOCK", CLOCK_ERROR_PLACE, wrong, simulator);
  }
  if (code === undefined) return createUnknownRefusal(where, answer, simulator);
  return isCursorErrorCode(code)
    ? new CursorRefusal(code, where)
    : new AppleRefusal(code, where, APPLE_ERRORS[code], simulator);
}

/** Returns true if the session of the request has ended. depsim reports this with status 403. @see apple 2 */
export const isSessionOver = ({ status, body }: AppleResponse): boolean =>
  status === 401 || (status === 403 && body.slice(0, MAX_SEARCHED_CHARACTERS).includes("FORBIDDEN"));

function findClockError({ headers }: AppleResponse, now: number): Omit<AppleError, "statuses"> | undefined {
  const theirs = parseHttpDate(headers["date"]);
  if (theirs === undefined || Math.abs(theirs - now) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  const isFast = now > theirs;
  const hint = text(
    "set the clock (for example with NTP) and try again",
    "時計を合わせて(NTP など)、もう一度実行してください",
  );
  return {
    exit: "not-permitted",
    what: text(
      `the clock of this computer is ${minutes} minutes ${isFast ? "fast" : "slow"}, so Apple rejects its signatures`,
      `このコンピューターの時計が ${minutes} 分${isFast ? "進んで" : "遅れて"}いるため、Apple が署名を受け付けません`,
    ),
    hint,
    simulated: (place) => addFaultClearing(hint, place),
  };
}

/** Returns the body in parentheses if it is a short phrase, like Apple's error codes; "" for any other page. */
function formatErrorPhrase(body: string): string {
  const bare = attempt((): unknown => JSON.parse(body)) ?? body.trim();
  return typeof bare === "string" && /^[\w ]{1,80}$/.test(bare) ? ` (${bare})` : "";
}

function createUnknownRefusal(
  where: string,
  { status, body }: AppleResponse,
  simulator?: SimulatorServer,
): AppleRefusal {
  if (status === 404 && where.includes("/profile"))
    return new AppleRefusal("NO_SUCH_PROFILE", where, PROFILE_NOT_FOUND_ERROR);
  const word = formatErrorPhrase(body);
  const isRefusal = status === 401 || status === 403;
  const refusal: Omit<AppleError, "statuses"> = {
    exit: isRefusal ? "not-permitted" : status === 400 ? "input-rejected" : "unavailable",
    what: text(`Apple returned status ${status}${word}`, `Apple の応答: ${status}${word}`),
    hint:
      status === 401
        ? UNCLEAR_REFUSAL_HINT
        : isRefusal
          ? text(
              `check which token is in use: ${line("ade token show", [])}`,
              `使用中のトークンを確認してください: ${line("ade token show", [])}`,
            )
          : text(
              `check whether clomoctl uses the right address: ${line("ade endpoint show", [])}`,
              `接続先が正しいか確認してください: ${line("ade endpoint show", [])}`,
            ),
    ...(status === 401 && { simulated: describeUnclearSimulatorRefusal }),
  };
  return new AppleRefusal(status === 405 ? "METHOD" : "UNKNOWN", where, refusal, simulator);
}

const PROFILE_NOT_FOUND_ERROR: Omit<AppleError, "statuses"> = {
  exit: "not-found",
  what: text(
    "Apple does not have this ADE profile, or has disabled it",
    "この ADE プロファイルは Apple 側に存在しないか、無効化されています",
  ),
  hint: text(
    `create the profile again: ${line("ade profiles create", [], { from: "ID" })}`,
    `作り直してください: ${line("ade profiles create", [], { from: "ID" })}`,
  ),
};

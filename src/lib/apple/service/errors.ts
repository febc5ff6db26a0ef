import { line, renderAdvice } from "../../advice/index.ts";
import { Failure, type ErrorCode } from "../../errors/index.ts";
import { CLOCK, simulatedToken, SIMULATOR_LINES, type SimulatorPlace } from "../../model/ade.ts";
import { text, type Text } from "../../text/index.ts";
import { attempt } from "../encoding/foreign.ts";
import { timeOfHeader } from "../patience.ts";
import type { AppleAnswer } from "../send.ts";

/** One of Apple's errors. */
interface AppleError {
  /** with which it comes; in another answer the words mean nothing */
  readonly statuses: readonly number[];
  readonly exit: ErrorCode;
  readonly what: Text;
  readonly hint: Text;
  /** the way out at a simulator */
  readonly simulated?: (place: SimulatorPlace) => Text;
}

const REFUSED: readonly number[] = [400, 401, 403];
const SENT: readonly number[] = [400];

const NEW_TOKEN = text(
  `download the server's token once more in Apple Business Manager (its former one ends with that), then ${line("ade token set", ["FILE"])}`,
  `Apple Business Manager でこのサーバーのトークンをもう一度ダウンロードし(以前のトークンは無効になります)、${line("ade token set", ["FILE"])} を実行してください`,
);
/** A sync has fetched all devices anew by itself before it fails so. */
const AGAIN_LATER = text(
  `all devices were fetched anew, and the place was refused once more: try again in some minutes: ${line("ade sync", [])}`,
  `全件の取得をはじめからやり直しましたが、再び拒否されました。数分後にもう一度実行してください: ${line("ade sync", [])}`,
);
const PROGRAM = text(
  "take a newer clomoctl, or check whether a proxy changes the User-Agent of requests",
  "新しい clomoctl を使うか、プロキシが User-Agent を書き換えていないか確認してください",
);
const REPORT = text("this is a fault of clomoctl: report it", "clomoctl の不具合です。報告してください");

/** Apple names neither a reused nonce nor a wrong parameter, so the token may be good. @see apple 2 */
const UNCLEAR = text(
  `try again in some minutes, and check the clock of this machine; if Apple refuses again, compare the token in use with Apple Business Manager: ${line("ade token show", [])}. Download a new token only after that, because it ends this one`,
  `数分後にもう一度実行し、この PC の時計も確認してください。それでも拒否される場合は、使用中のトークンを Apple Business Manager と照合してください: ${line("ade token show", [])}(新しいトークンをダウンロードすると今のトークンは無効になるため、その後にしてください)`,
);

/** A simulator does no more than it was told. */
const clearFaults = ({ url }: SimulatorPlace): Text => {
  const line = SIMULATOR_LINES.clear(url);
  return text(
    `the simulator was told to answer so; to end it: ${line}`,
    `シミュレーターに設定された障害です。解除するには: ${line}`,
  );
};

/** A way out that also holds at a simulator, unless the fault was set there. */
const orClear = ({ en, ja }: Text, { url }: SimulatorPlace): Text => {
  const clear = SIMULATOR_LINES.clear(url);
  return text(
    `${en}; if this fault was set at the simulator: ${clear}`,
    `${ja}。シミュレーターに設定した障害の場合: ${clear}`,
  );
};

const newTokenThere = (place: SimulatorPlace): Text => orClear(renderAdvice(simulatedToken(place)), place);

/** What {@link UNCLEAR} advises, at a simulator. */
function unclearThere(place: SimulatorPlace): Text {
  const { en, ja } = newTokenThere(place);
  return text(
    `try again in some minutes, and check the clock of this machine; if it refuses again: ${en}`,
    `数分後にもう一度実行し、この PC の時計も確認してください。それでも拒否される場合: ${ja}`,
  );
}

const newer = (what: Text): AppleError => ({
  statuses: REFUSED,
  exit: "not-permitted",
  what,
  hint: NEW_TOKEN,
  simulated: newTokenThere,
});
const sent = (what: Text, hint: Text = REPORT): AppleError => ({ statuses: SENT, exit: "input-rejected", what, hint });
const profile = (en: string, ja: string): AppleError =>
  sent(
    text(`Apple refuses the profile: ${en}`, `Apple が ADE プロファイルを拒否しました: ${ja}`),
    text("correct it and create the profile again", "修正して、プロファイルをもう一度作成してください"),
  );

/**
 * Apple's errors by the word in the body of the answer, which may be in quotation marks or have the reason phrase of its
 * status attached: `token_expiredForbidden`.
 *
 * @see apple 0, 2 and 3
 */
export const APPLE_ERRORS = {
  T_C_NOT_SIGNED: {
    statuses: [403],
    exit: "not-permitted",
    what: text("Apple's new terms were not accepted yet", "Apple の新しい利用規約にまだ同意していません"),
    hint: text(
      "an administrator of the organisation signs in to https://business.apple.com (schools: https://school.apple.com) and accepts the terms; then try again",
      "組織の管理者が https://business.apple.com(学校は https://school.apple.com)にサインインして規約に同意してから、もう一度実行してください",
    ),
    simulated: clearFaults,
  },
  ACCESS_DENIED: {
    statuses: REFUSED,
    exit: "not-permitted",
    what: text("Apple denies this server access", "Apple がこのサーバーのアクセスを拒否しました"),
    hint: text(
      `look whether the server still exists in Apple Business Manager, and whether its token is the one in use: ${line("ade token show", [])}`,
      `Apple Business Manager にこのサーバーが残っているか、使用中のトークンと同じか確認してください: ${line("ade token show", [])}`,
    ),
    simulated: clearFaults,
  },
  token_rejected: newer(
    text(
      "the server token is not valid any more: a newer one was issued",
      "新しいトークンが発行されたため、このサーバートークンは無効です",
    ),
  ),
  signature_invalid: newer(
    text(
      "the server token is not valid any more: a newer one was issued",
      "新しいトークンが発行されたため、このサーバートークンは無効です",
    ),
  ),
  token_expired: newer(text("the server token has expired", "サーバートークンの有効期限が切れています")),
  SERVER_INACTIVE: {
    statuses: REFUSED,
    exit: "not-permitted",
    what: text("the server is inactive on Apple's side", "このサーバーは Apple 側で無効になっています"),
    hint: text(
      "an administrator of the organisation looks at the server in Apple Business Manager; if it was deleted, it needs a new one and its token",
      "組織の管理者が Apple Business Manager でサーバーの状態を確認してください。削除されている場合は、サーバーとトークンを作り直す必要があります",
    ),
    simulated: clearFaults,
  },
  oauth_problem_advice: {
    statuses: REFUSED,
    exit: "not-permitted",
    what: text(
      "Apple refused the signed request without a clear reason (oauth_problem_advice)",
      "Apple が署名付きのリクエストを拒否しました。理由は特定できません(oauth_problem_advice)",
    ),
    hint: UNCLEAR,
    simulated: unclearThere,
  },
  USER_AGENT_MISSING: {
    statuses: SENT,
    exit: "unavailable",
    what: text(
      "the request came to Apple without a User-Agent",
      "User-Agent のないリクエストとして Apple に拒否されました",
    ),
    hint: PROGRAM,
  },
  USER_AGENT_INVALID: {
    statuses: SENT,
    exit: "unavailable",
    what: text(
      "Apple does not accept the User-Agent of this program",
      "Apple がこのプログラムの User-Agent を受け付けません",
    ),
    hint: PROGRAM,
  },
  TOO_MANY_REQUESTS: {
    statuses: [429],
    exit: "unavailable",
    what: text("Apple takes no more requests for now", "Apple がリクエスト数を制限しています"),
    hint: text("try again in some minutes", "数分後にもう一度実行してください"),
  },
  INVALID_CURSOR: sent(
    text("Apple does not know the place to go on from", "取得の続きの位置(カーソル)が Apple に認識されません"),
    AGAIN_LATER,
  ),
  EXPIRED_CURSOR: sent(
    text(
      "the place to go on from is more than 7 days old: Apple does not take it",
      "取得の続きの位置(カーソル)が 7 日を超えて古いため、Apple に受け付けられません",
    ),
    AGAIN_LATER,
  ),
  EXHAUSTED_CURSOR: sent(
    text("all devices were fetched already", "全件の取得はすでに終わっています"),
    text(
      `fetch the changes: ${line("ade sync", [], { delta: true })}`,
      `差分を取得してください: ${line("ade sync", [], { delta: true })}`,
    ),
  ),
  CURSOR_REQUIRED: sent(
    text("changes were asked for without saying since when", "差分の起点(カーソル)がありません"),
    AGAIN_LATER,
  ),
  DEVICE_ID_REQUIRED: sent(
    text("no device was named", "デバイスが指定されていません"),
    text("name at least one serial number", "シリアルナンバーを 1 つ以上指定してください"),
  ),
  PROFILE_UUID_REQUIRED: sent(
    text("no profile was named", "ADE プロファイルが指定されていません"),
    text(
      `name a profile: ${line("ade profiles list", [])}`,
      `プロファイルを指定してください: ${line("ade profiles list", [])}`,
    ),
  ),
  CONFIG_NAME_REQUIRED: profile("it has no name", "名前がありません"),
  CONFIG_NAME_INVALID: profile("its name has at most 125 characters", "名前は 125 文字までです"),
  CONFIG_URL_REQUIRED: profile("it has no URL", "URL がありません"),
  CONFIG_URL_INVALID: profile(
    "its URL begins with https:// and has at most 2000 characters",
    "URL は https:// で始まる 2000 文字までの URL です",
  ),
  DEPARTMENT_INVALID: profile("its department has at most 125 characters", "部署名は 125 文字までです"),
  FLAGS_INVALID: profile(
    "its settings contradict each other; removal can be forbidden only where devices are supervised",
    "設定の組み合わせが正しくありません。構成プロファイルの削除を禁止できるのは監視対象のときだけです",
  ),
  LOCALE_INVALID: profile("its language or region is none", "言語または地域が正しくありません"),
  MAGIC_INVALID: profile("its org_magic has at most 256 characters", "org_magic は 256 文字までです"),
  SUPPORT_EMAIL_INVALID: profile(
    "the mail address of its support has at most 250 characters",
    "サポート用メールアドレスは 250 文字までです",
  ),
  SUPPORT_PHONE_INVALID: profile(
    "the telephone number of its support has at most 50 characters",
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

/** Apple's errors that mean that the token no longer works, whatever its date. */
const TOKEN_REJECTED: readonly string[] = [
  "token_rejected",
  "signature_invalid",
  "token_expired",
] satisfies readonly AppleErrorCode[];

/** What else an answer may be refused for, by what it came with. */
type Circumstance = "CLOCK" | "NO_SUCH_PROFILE" | "METHOD" | "UNKNOWN";

/** A refusal of Apple's. */
export class AppleRefusal extends Failure {
  readonly apple: AppleErrorCode | Circumstance;

  /** @param simulator where one answered */
  constructor(
    apple: AppleErrorCode | Circumstance,
    where: string,
    { exit, what, hint, simulated }: Omit<AppleError, "statuses">,
    simulator?: SimulatorPlace,
  ) {
    super(exit, { what, where, hint: simulator === undefined ? hint : (simulated?.(simulator) ?? hint) });
    this.apple = apple;
  }

  /** Whether Apple rejects the token itself: no retry helps. */
  get rejectsToken(): boolean {
    return TOKEN_REJECTED.includes(this.apple);
  }
}

const CURSORS = {
  INVALID_CURSOR: "invalid",
  EXPIRED_CURSOR: "expired",
  EXHAUSTED_CURSOR: "exhausted",
  CURSOR_REQUIRED: "required",
} as const;

/**
 * A cursor that Apple does not take. `invalid`, `expired`: all devices are to be fetched anew; `exhausted`: all were
 * fetched, changes follow from the same cursor.
 */
export class CursorRefused extends AppleRefusal {
  readonly cursor: (typeof CURSORS)[keyof typeof CURSORS];

  constructor(code: keyof typeof CURSORS, where: string) {
    super(code, where, APPLE_ERRORS[code]);
    this.cursor = CURSORS[code];
  }
}

const isCursor = (code: AppleErrorCode): code is keyof typeof CURSORS => code in CURSORS;

/** Errors are short; what is longer is the page of something that stands between. */
const SEARCHED = 4096;

/** Signatures hold for about so long around the time of the server. */
const CLOCK_MS = 5 * 60_000;

const codeIn = ({ status, body }: AppleAnswer): AppleErrorCode | undefined => {
  const start = body.slice(0, SEARCHED);
  const codes = Object.keys(APPLE_ERRORS) as AppleErrorCode[];
  return codes.find((code) => {
    const { statuses }: AppleError = APPLE_ERRORS[code];
    return statuses.includes(status) && start.includes(code);
  });
};

/**
 * The failure of an answer that is no 200.
 *
 * @param where the request, as `GET https://…/session`
 * @param now milliseconds since 1970-01-01 UTC
 * @param simulator where a simulator of ours answered
 */
export function refusalOf(where: string, answer: AppleAnswer, now: number, simulator?: SimulatorPlace): AppleRefusal {
  const code = codeIn(answer);
  if (code === "oauth_problem_advice" || (code === undefined && answer.status === 401)) {
    const wrong = clockWrong(answer, now);
    if (wrong !== undefined) return new AppleRefusal("CLOCK", CLOCK, wrong, simulator);
  }
  if (code === undefined) return unknownRefusal(where, answer, simulator);
  return isCursor(code) ? new CursorRefused(code, where) : new AppleRefusal(code, where, APPLE_ERRORS[code], simulator);
}

/** Whether the session of the request ended. depsim says so by 403. @see apple 2 */
export const isSessionOver = ({ status, body }: AppleAnswer): boolean =>
  status === 401 || (status === 403 && body.slice(0, SEARCHED).includes("FORBIDDEN"));

function clockWrong({ headers }: AppleAnswer, now: number): Omit<AppleError, "statuses"> | undefined {
  const theirs = timeOfHeader(headers["date"]);
  if (theirs === undefined || Math.abs(theirs - now) <= CLOCK_MS) return undefined;
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  const isFast = now > theirs;
  const hint = text("set the clock (by NTP) and try again", "時計を合わせて(NTP など)、もう一度実行してください");
  return {
    exit: "not-permitted",
    what: text(
      `the clock of this machine is ${minutes} minutes ${isFast ? "fast" : "slow"}: Apple refuses what is signed with its time`,
      `この PC の時計が ${minutes} 分${isFast ? "進んで" : "遅れて"}いるため、Apple が署名を受け付けません`,
    ),
    hint,
    simulated: (place) => orClear(hint, place),
  };
}

/** The body where it is one word, as Apple's are; anything else may be somebody's page. */
function wordOf(body: string): string {
  const bare = attempt((): unknown => JSON.parse(body)) ?? body.trim();
  return typeof bare === "string" && /^[\w ]{1,80}$/.test(bare) ? ` (${bare})` : "";
}

function unknownRefusal(where: string, { status, body }: AppleAnswer, simulator?: SimulatorPlace): AppleRefusal {
  if (status === 404 && where.includes("/profile")) return new AppleRefusal("NO_SUCH_PROFILE", where, NO_SUCH_PROFILE);
  const word = wordOf(body);
  const isRefusal = status === 401 || status === 403;
  const refusal: Omit<AppleError, "statuses"> = {
    exit: isRefusal ? "not-permitted" : status === 400 ? "input-rejected" : "unavailable",
    what: text(`Apple answered ${status}${word}`, `Apple の応答: ${status}${word}`),
    hint:
      status === 401
        ? UNCLEAR
        : isRefusal
          ? text(
              `see which token is in use: ${line("ade token show", [])}`,
              `使用中のトークンを確認してください: ${line("ade token show", [])}`,
            )
          : text(
              `see whether clomoctl speaks to the right address: ${line("ade endpoint show", [])}`,
              `接続先が正しいか確認してください: ${line("ade endpoint show", [])}`,
            ),
    ...(status === 401 && { simulated: unclearThere }),
  };
  return new AppleRefusal(status === 405 ? "METHOD" : "UNKNOWN", where, refusal, simulator);
}

const NO_SUCH_PROFILE: Omit<AppleError, "statuses"> = {
  exit: "not-found",
  what: text(
    "Apple does not have the profile, or has disabled it",
    "この ADE プロファイルは Apple 側に存在しないか、無効化されています",
  ),
  hint: text(
    `make it anew: ${line("ade profiles create", [], { from: "ID" })}`,
    `作り直してください: ${line("ade profiles create", [], { from: "ID" })}`,
  ),
};

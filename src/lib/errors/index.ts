import { renderAdvice, type Advice } from "../advice/index.ts";
import { text, type Text } from "../text/index.ts";

export const ERRORS = {
  unexpected: { exit: 1, status: 500, meaning: text("unexpected error", "予期しないエラー") },
  usage: { exit: 2, status: 400, meaning: text("invalid command line or request", "使い方の誤り") },
  "input-rejected": {
    exit: 3,
    status: 422,
    meaning: text("the input was rejected; nothing was changed", "入力を拒否した(何も変更していない)"),
  },
  "not-signed-in": { exit: 4, status: 401, meaning: text("not signed in", "サインインしていない") },
  "not-permitted": { exit: 4, status: 403, meaning: text("permission denied", "権限がない") },
  conflict: {
    exit: 5,
    status: 409,
    meaning: text("the tenant has changed in the meantime", "その間にテナントが変更された"),
  },
  locked: {
    exit: 5,
    status: 423,
    meaning: text("the tenant is in use by another process", "テナントを別のプロセスが使用中"),
  },
  "not-found": { exit: 6, status: 404, meaning: text("not found", "見つからない") },
  unavailable: {
    exit: 7,
    status: 503,
    meaning: text("the tenant or another server is unavailable", "テナントなどの接続先が利用できない"),
  },
  throttled: { exit: 7, status: 429, meaning: text("too many requests", "リクエストが多すぎる") },
  partial: { exit: 8, status: 200, meaning: text("partially completed, as requested", "指定どおり、一部だけ適用した") },
  differs: { exit: 9, status: 200, meaning: text("differences found", "差異あり") },
  "limit-exceeded": {
    exit: 10,
    status: 422,
    meaning: text("the change exceeds a limit; nothing was changed", "上限を超えるため変更しなかった"),
  },
  interrupted: { exit: 130, status: 499, meaning: text("interrupted", "中断した") },
} as const satisfies Record<string, { exit: number; status: number; meaning: Text }>;

export type ErrorCode = keyof typeof ERRORS;

export const OPEN_TENANT_ERRORS = [
  "input-rejected",
  "not-permitted",
  "locked",
  "not-found",
  "unavailable",
] as const satisfies readonly ErrorCode[];

export interface FailureDetail {
  readonly what: Text;
  readonly where?: string | undefined;
  readonly hint?: Advice | undefined;
  readonly status?: number | undefined;
  /** time in milliseconds after which a refused request may succeed */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The form of a failure between threads and over HTTP. @see https://www.rfc-editor.org/rfc/rfc9457 */
export interface Problem {
  readonly type: ErrorCode;
  readonly title: string;
  readonly status: number;
  readonly detail: Text;
  readonly where?: string | undefined;
  readonly hint?: Text | undefined;
}

/** Users see only the texts of this error class. Any other error is reported as `unexpected`. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: ErrorCode;
  readonly what: Text;
  readonly where: string | undefined;
  readonly hint: Text | undefined;
  readonly retryAfterMs: number | undefined;
  readonly status: number;

  constructor(
    code: ErrorCode,
    { what, where, hint, retryAfterMs, status = ERRORS[code].status, cause }: FailureDetail,
  ) {
    super(what.en, { cause });
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
    this.what = what;
    this.where = where;
    this.hint = hint && renderAdvice(hint);
  }

  static of(
    { type, detail, where, hint, status }: Omit<Problem, "title" | "status"> & Partial<Problem>,
    retryAfterMs?: number,
  ): Failure {
    return new Failure(type, { what: detail, where, hint, status, retryAfterMs });
  }

  with(change: Partial<FailureDetail>): Failure {
    const { code, what, where, hint, status } = this;
    return new Failure(code, { what, where, hint, status, cause: this, ...change });
  }

  /** @param status an HTTP status that {@link ERRORS} lacks: 405, 413 or 415 */
  toJSON(status: number = this.status): Problem {
    const { code, what, where, hint } = this;
    const { en } = ERRORS[code].meaning;
    return { type: code, title: en.charAt(0).toUpperCase() + en.slice(1), status, detail: what, where, hint };
  }
}

/** People may put a secret into an address or a name by mistake. */
export const redactSecrets = (written: string): string =>
  written.replaceAll(/clomo_[\w-]{43}/g, "clomo_…").replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "eyJ…");

export const unwrapSuppressed = (error: unknown): { readonly first: unknown; readonly later: readonly unknown[] } => {
  const later: unknown[] = [];
  let first = error;
  while (first instanceof SuppressedError) {
    later.unshift(first.error);
    first = first.suppressed;
  }
  return { first, later };
};

/** Returns undefined after a failure. Use this only for details that are read after a change. */
export const ignoreFailure = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return undefined;
  }
};

export const createInterruptedFailure = (cause?: unknown): Failure =>
  new Failure("interrupted", {
    what: text("interrupted; nothing was changed", "中断しました。何も変更していません"),
    cause,
  });

/** Returns the code of the error, such as `ENOENT`, or of its cause; "" if neither has a code. */
export const getErrorCode = (error: unknown): string => {
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : getErrorCode(error.cause);
};

/** Clients do not see the cause, which may contain paths; the server's log contains it. */
export class ServerFault extends Failure {
  override readonly cause: Failure;

  constructor({
    cause,
    what,
    status = 503,
    retryAfterMs = cause.retryAfterMs,
  }: Pick<FailureDetail, "what" | "status" | "retryAfterMs"> & { readonly cause: Failure }) {
    const hint = text("contact the operator of the server", "サーバーの運用担当者に連絡してください");
    super("unavailable", { what, hint, status, retryAfterMs });
    this.cause = cause;
  }
}

export const hasErrorCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(getErrorCode(error));

/** Returns undefined if the work fails. Use this only if the reason does not matter. */
export function tryOrUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export const rethrowAs =
  (convert: (cause: unknown) => unknown) =>
  (cause: unknown): never => {
    throw convert(cause);
  };

const DISK_FULL: FailureDetail = {
  what: text("no space left on the disk", "ディスクの空き容量がありません"),
  hint: text("free some space, then run the command again", "空き容量を確保してから、もう一度実行してください"),
  status: 507,
};

export const isDiskFullFailure = ({ code, status }: Failure): boolean =>
  code === "unexpected" && status === DISK_FULL.status;

const DISK_FAULTY: FailureDetail = {
  what: text("disk I/O error", "ディスクで入出力エラーが起きました"),
  hint: text("check the disk, then run the command again", "ディスクを確認してから、もう一度実行してください"),
};

const PIPE_CLOSED: FailureDetail = {
  what: text("the program that reads this pipe has ended", "このパイプを読むプログラムが終了しました"),
};

/** Failures of disks and named pipes, by error code of the system or SQLite. @see https://www.sqlite.org/rescode.html */
const DISK_FAULTS: ReadonlyMap<unknown, FailureDetail> = new Map<unknown, FailureDetail>([
  ["ENOSPC", DISK_FULL],
  ["EDQUOT", DISK_FULL],
  [13, DISK_FULL],
  ["EIO", DISK_FAULTY],
  ["EPIPE", PIPE_CLOSED],
  [10, DISK_FAULTY],
]);

export const createDiskFailure = (code: unknown, where: string | undefined, cause?: unknown): Failure | undefined => {
  const fault = DISK_FAULTS.get(code);
  return fault && new Failure("unexpected", { ...fault, where, cause });
};

export const toDiskFailure = (error: unknown, where?: string): Failure | undefined => {
  if (error instanceof Failure && isDiskFullFailure(error)) return error;
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const own = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const code = "errcode" in error ? Number(error.errcode) & 0xff : error.code;
  return createDiskFailure(code, where ?? own, error);
};

const PERMISSION_CODES: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

export const toPermissionFailure = (error: unknown, where?: string): Failure | undefined => {
  if (!(error instanceof Error) || !("code" in error && "path" in error) || !PERMISSION_CODES.includes(error.code))
    return undefined;
  return new Failure("not-permitted", {
    what: text("permission denied", "アクセスが許可されていません"),
    where: where ?? String(error.path),
    hint: text(
      "make this file or folder readable and writable for the user who runs clomoctl",
      "clomoctl を実行するユーザーがこのファイルやフォルダーを読み書きできるようにしてください",
    ),
    cause: error,
  });
};

export const MAKE_READABLE_HINT = text(
  "make the file readable for the user who runs clomoctl",
  "clomoctl を実行するユーザーがファイルを読み込めるようにしてください",
);

export const NOT_A_REGULAR_FILE = text(
  "neither a regular file nor a folder, so clomoctl does not open it",
  "通常のファイルでもフォルダーでもないため、開きません",
);

export const IS_A_FOLDER = text("this is a folder, not a file", "ファイルではなく、フォルダーです");
const NO_SUCH_FILE = text("no such file", "ファイルがありません");
const NOT_READABLE = text("permission denied", "読み取る権限がありません");

const READ_ERRORS_BY_CODE: ReadonlyMap<string, Text> = new Map([
  ["ENOENT", NO_SUCH_FILE],
  ["ENOTDIR", NO_SUCH_FILE],
  ["EACCES", NOT_READABLE],
  ["EPERM", NOT_READABLE],
  ["EISDIR", IS_A_FOLDER],
  ["ELOOP", text("symbolic link cannot be followed", "シンボリックリンクをたどれません")],
  ["ENXIO", NOT_A_REGULAR_FILE],
]);

export function describeReadError(error: unknown): Text {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return READ_ERRORS_BY_CODE.get(code) ?? text(`cannot be read: ${code}`, `読み込めません: ${code}`);
}

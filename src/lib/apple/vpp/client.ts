import { line } from "../../advice/index.ts";
import { Failure, type ErrorCode } from "../../errors/index.ts";
import { SIMULATOR_COMMANDS } from "../../model/ade.ts";
import { text, type Text } from "../../text/index.ts";
import {
  isObject,
  parseJsonObject,
  readOptionalText,
  readRequiredText,
  createUndocumentedFailure,
  type JsonObject,
} from "../answer.ts";
import { attempt } from "../encoding/foreign.ts";
import { parseInstant } from "../encoding/instant.ts";
import { formatRequestTarget, sendWithRetry, rejectTruncatedResponses, type RetryTools } from "../patience.ts";
import type { AppleRequest } from "../send.ts";

/** The values that are needed to reach Apple's service for apps and books. @see apple 5 */
export interface VppAccess extends RetryTools {
  /** base URL without a slash at the end; Apple's is https://vpp.itunes.apple.com */
  readonly base: string;
  /** name and version of the program, such as `clomoctl/0.1.0` */
  readonly program: string;
  /** true if the service is a clomoctl simulator: hints then contain the simulator's commands */
  readonly simulator?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The location that Apple returns for a content token. */
export interface VppLocation {
  readonly locationName: string;
  /** time when the token expires, in UTC */
  readonly tokenExpiresAt: string;
  /** ID of the location: the same for all of its tokens */
  readonly uId: string;
  /** the MDM that holds the location; null if no MDM has claimed it */
  readonly mdmInfo: { readonly id: string; readonly name: string; readonly metadata: string | null } | null;
}

/** The limits that Apple sets for clients. Requesting them does not require a token. */
export interface VppServiceConfig {
  /** limits by name, such as `maxAssets` */
  readonly limits: ReadonlyMap<string, number>;
}

interface VppError {
  readonly exit: ErrorCode;
  readonly what: Text;
  /** undefined if a new token solves the problem */
  readonly hint?: Text;
}

const RENEWAL_HINT = text(
  `download the content token again in Apple Business Manager, then run: ${line("vpp tokens set", ["FILE"], { org: "NAME" })}`,
  `Apple Business Manager でサービストークン(コンテンツトークン)をもう一度ダウンロードし、${line("vpp tokens set", ["FILE"], { org: "NAME" })} を実行してください`,
);

const describeTokenRenewal = ({ base, simulator }: VppAccess): Text => {
  if (simulator !== true) return RENEWAL_HINT;
  const command = SIMULATOR_COMMANDS.vppToken(base);
  return text(
    `get a new token from the simulator: ${command}; then run: ${line("vpp tokens set", ["FILE"], { org: "NAME" })}`,
    `シミュレーターから新しいトークンを取得し(${command})、${line("vpp tokens set", ["FILE"], { org: "NAME" })} で設定してください`,
  );
};

/** Apple's error numbers, with the failure that each of them causes. @see apple 5 */
const VPP_ERRORS: ReadonlyMap<number, VppError> = new Map([
  [
    9602,
    {
      exit: "input-rejected",
      what: text("Apple does not accept the request (9602)", "Apple がリクエストを受け付けません(9602)"),
      hint: text("this is a bug in clomoctl; please report it", "clomoctl の不具合です。報告してください"),
    },
  ],
  [
    9621,
    {
      exit: "not-permitted",
      what: text("the content token has expired (9621)", "サービストークンの有効期限が切れています(9621)"),
    },
  ],
  [
    9622,
    {
      exit: "not-permitted",
      what: text(
        "the content token is not valid (9622): it was renewed, or the password of its Managed Apple Account was changed",
        "サービストークンが無効です(9622)。更新済みか、管理対象 Apple Account のパスワードが変更された可能性があります",
      ),
    },
  ],
]);

/**
 * Returns the location of a content token, and the MDM that holds the location. Nothing is changed.
 *
 * @param token text of the token file, in base64
 * @throws Failure `not-permitted` if Apple does not accept the token, `unavailable`, `interrupted`
 */
export async function fetchClientConfig(access: VppAccess, token: string): Promise<VppLocation> {
  const { where, answer } = await requestConfig(access, "/mdm/v2/client/config", { authorization: `Bearer ${token}` });
  const { mdmInfo } = answer;
  if (mdmInfo !== undefined && mdmInfo !== null && !isObject(mdmInfo))
    throw createUndocumentedFailure(where, "mdmInfo");
  const tokenExpiresAt = parseInstant(readRequiredText(where, answer, "tokenExpirationDate"));
  if (tokenExpiresAt === undefined) throw createUndocumentedFailure(where, "tokenExpirationDate");
  return {
    locationName: readRequiredText(where, answer, "locationName"),
    tokenExpiresAt,
    uId: readRequiredText(where, answer, "uId"),
    mdmInfo: isObject(mdmInfo) ? parseLocationHolder(where, mdmInfo) : null,
  };
}

/** Returns the MDM that holds a location; null if empty, as after an MDM has released the location. */
const parseLocationHolder = (where: string, mdm: JsonObject): VppLocation["mdmInfo"] => {
  const id = readOptionalText(where, mdm, "id") ?? "";
  const name = readOptionalText(where, mdm, "name") ?? "";
  return id === "" && name === "" ? null : { id, name, metadata: readOptionalText(where, mdm, "metadata") };
};

/** Returns the limits that Apple sets for clients. @throws Failure `unavailable`, `interrupted` */
export async function fetchServiceConfig(access: VppAccess): Promise<VppServiceConfig> {
  const { where, answer } = await requestConfig(access, "/mdm/v2/service/config", {});
  const { limits } = answer;
  if (!isObject(limits)) throw createUndocumentedFailure(where, "limits");
  const counts = Object.entries(limits).filter((limit): limit is [string, number] => typeof limit[1] === "number");
  return { limits: new Map(counts) };
}

async function requestConfig(
  access: VppAccess,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly where: string; readonly answer: JsonObject }> {
  const request: AppleRequest = {
    method: "GET",
    url: access.base + path,
    headers: { "user-agent": access.program, accept: "application/json", ...headers },
    signal: access.signal,
  };
  const where = formatRequestTarget(request);
  const { status, body } = await sendWithRetry(
    request,
    { ...access, send: rejectTruncatedResponses(access.send) },
    true,
  );
  // Apple also sends errors with status 200
  const told = attempt((): unknown => JSON.parse(body));
  const number = isObject(told) ? told["errorNumber"] : undefined;
  if (typeof number === "number" && number !== 0) throw createVppErrorFailure(where, number, access);
  if (status !== 200) throw createStatusFailure(where, status, access);
  return { where, answer: parseJsonObject(where, body) };
}

function createVppErrorFailure(where: string, number: number, access: VppAccess): Failure {
  const known = VPP_ERRORS.get(number);
  if (known !== undefined)
    return new Failure(known.exit, { what: known.what, where, hint: known.hint ?? describeTokenRenewal(access) });
  return new Failure("unavailable", {
    what: text(`Apple returned error ${number}`, `Apple からエラー ${number} が返されました`),
    where,
  });
}

const createStatusFailure = (where: string, status: number, access: VppAccess): Failure =>
  new Failure(status === 401 || status === 403 ? "not-permitted" : "unavailable", {
    what: text(`Apple returned HTTP status ${status}`, `Apple から HTTP ステータス ${status} が返されました`),
    where,
    hint: status === 401 || status === 403 ? describeTokenRenewal(access) : undefined,
  });

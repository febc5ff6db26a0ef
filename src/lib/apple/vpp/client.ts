import { line } from "../../advice/index.ts";
import { Failure, type ErrorCode } from "../../errors/index.ts";
import { SIMULATOR_LINES } from "../../model/ade.ts";
import { text, type Text } from "../../text/index.ts";
import { isObject, objectOf, optionalText, requiredText, undocumented, type JsonObject } from "../answer.ts";
import { attempt } from "../encoding/foreign.ts";
import { instantOfText } from "../encoding/instant.ts";
import { placeOf, sendPatiently, wholeAnswers, type RetryTools } from "../patience.ts";
import type { AppleRequest } from "../send.ts";

/** How to reach Apple's service for apps and books. @see apple 5 */
export interface VppAccess extends RetryTools {
  /** Apple's is https://vpp.itunes.apple.com; without a slash at its end */
  readonly base: string;
  /** name and version, as `clomoctl/0.1.0` */
  readonly program: string;
  /** whether a simulator of ours is there: ways out name its commands */
  readonly simulator?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What Apple tells of a content token. */
export interface VppLocation {
  readonly locationName: string;
  /** a UTC instant */
  readonly tokenExpiresAt: string;
  /** the same for all tokens of a location */
  readonly uId: string;
  /** the MDM that holds the location, if one said so; null where none did */
  readonly mdmInfo: { readonly id: string; readonly name: string; readonly metadata: string | null } | null;
}

/** What Apple lets a client do; no token is needed to ask. */
export interface VppService {
  /** by their names, such as `maxAssets` */
  readonly limits: ReadonlyMap<string, number>;
}

interface VppError {
  readonly exit: ErrorCode;
  readonly what: Text;
  /** undefined: another token helps */
  readonly hint?: Text;
}

const RENEW = text(
  `download the content token once more in Apple Business Manager, then ${line("vpp tokens set", ["FILE"], { org: "NAME" })}`,
  `Apple Business Manager でコンテンツトークンをもう一度ダウンロードし、${line("vpp tokens set", ["FILE"], { org: "NAME" })} を実行してください`,
);

const renewal = ({ base, simulator }: VppAccess): Text => {
  if (simulator !== true) return RENEW;
  const command = SIMULATOR_LINES.vppToken(base);
  return text(
    `get another one from the simulator: ${command}; then ${line("vpp tokens set", ["FILE"], { org: "NAME" })}`,
    `シミュレーターから新しいトークンを取得し(${command})、${line("vpp tokens set", ["FILE"], { org: "NAME" })} で設定してください`,
  );
};

/** @see apple 5 */
const ERRORS: ReadonlyMap<number, VppError> = new Map([
  [
    9602,
    {
      exit: "input-rejected",
      what: text("Apple does not take the request (9602)", "Apple がリクエストを受け付けません(9602)"),
      hint: text("this is a fault of clomoctl: report it", "clomoctl の不具合です。報告してください"),
    },
  ],
  [
    9621,
    {
      exit: "not-permitted",
      what: text("the content token has expired (9621)", "コンテンツトークンの有効期限が切れています(9621)"),
    },
  ],
  [
    9622,
    {
      exit: "not-permitted",
      what: text(
        "the content token is not valid (9622): renewed, or the password of its Managed Apple Account changed",
        "コンテンツトークンが無効です(9622)。更新済みか、管理対象 Apple Account のパスワードが変更された可能性があります",
      ),
    },
  ],
]);

/**
 * The location of a content token, and who holds it. Nothing is changed.
 *
 * @param token the text of the file, which is base64
 * @throws Failure `not-permitted` where Apple does not accept the token, `unavailable`, `interrupted`
 */
export async function clientConfig(access: VppAccess, token: string): Promise<VppLocation> {
  const { where, answer } = await get(access, "/mdm/v2/client/config", { authorization: `Bearer ${token}` });
  const { mdmInfo } = answer;
  if (mdmInfo !== undefined && mdmInfo !== null && !isObject(mdmInfo)) throw undocumented(where, "mdmInfo");
  const tokenExpiresAt = instantOfText(requiredText(where, answer, "tokenExpirationDate"));
  if (tokenExpiresAt === undefined) throw undocumented(where, "tokenExpirationDate");
  return {
    locationName: requiredText(where, answer, "locationName"),
    tokenExpiresAt,
    uId: requiredText(where, answer, "uId"),
    mdmInfo: isObject(mdmInfo) ? holderOf(where, mdmInfo) : null,
  };
}

/** An MDM that let go of the location leaves its members empty. */
const holderOf = (where: string, mdm: JsonObject): VppLocation["mdmInfo"] => {
  const id = optionalText(where, mdm, "id") ?? "";
  const name = optionalText(where, mdm, "name") ?? "";
  return id === "" && name === "" ? null : { id, name, metadata: optionalText(where, mdm, "metadata") };
};

/** What Apple lets clients do. @throws Failure `unavailable`, `interrupted` */
export async function serviceConfig(access: VppAccess): Promise<VppService> {
  const { where, answer } = await get(access, "/mdm/v2/service/config", {});
  const { limits } = answer;
  if (!isObject(limits)) throw undocumented(where, "limits");
  const counts = Object.entries(limits).filter((limit): limit is [string, number] => typeof limit[1] === "number");
  return { limits: new Map(counts) };
}

async function get(
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
  const where = placeOf(request);
  const { status, body } = await sendPatiently(request, { ...access, send: wholeAnswers(access.send) }, true);
  // errors may come with status 200
  const told = attempt((): unknown => JSON.parse(body));
  const number = isObject(told) ? told["errorNumber"] : undefined;
  if (typeof number === "number" && number !== 0) throw refusalOf(where, number, access);
  if (status !== 200) throw unexpected(where, status, access);
  return { where, answer: objectOf(where, body) };
}

function refusalOf(where: string, number: number, access: VppAccess): Failure {
  const known = ERRORS.get(number);
  if (known !== undefined)
    return new Failure(known.exit, { what: known.what, where, hint: known.hint ?? renewal(access) });
  return new Failure("unavailable", {
    what: text(`Apple answered with the error ${number}`, `Apple からエラー ${number} が返されました`),
    where,
  });
}

const unexpected = (where: string, status: number, access: VppAccess): Failure =>
  new Failure(status === 401 || status === 403 ? "not-permitted" : "unavailable", {
    what: text(`Apple answered ${status}`, `Apple の応答: ${status}`),
    where,
    hint: status === 401 || status === 403 ? renewal(access) : undefined,
  });

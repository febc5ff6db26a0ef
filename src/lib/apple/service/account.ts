import { isObject, readOptionalText, readRequiredText, createUndocumentedFailure, type JsonObject } from "../answer.ts";

/**
 * The server entry in Apple's portal and its organisation. A member is null if Apple does not return it.
 *
 * @see apple 3 (GET /account)
 */
export interface AdeAccount {
  readonly serverName: string;
  readonly serverUuid: string;
  /** the Managed Apple Account that downloaded the token */
  readonly adminId: string | null;
  readonly orgName: string;
  readonly limits: readonly DeviceLimit[];
}

interface DeviceLimit {
  readonly path: string;
  readonly method: string;
  readonly maximum: number;
}

/** Apple's limit for a call that `/account` does not list. @see apple 3 (limit) */
const DEFAULT_DEVICE_LIMIT = 1000;

/** Returns the maximum number of devices that one call may fetch. */
export const findDeviceLimit = ({ limits }: Pick<AdeAccount, "limits">, path: string, method: string): number =>
  limits.find((limit) => limit.path === path && limit.method === method)?.maximum ?? DEFAULT_DEVICE_LIMIT;

const isPositiveInteger = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Reads the limits of the account's URLs. Leaves out URLs without a limit; a URL may have several methods. */
function parseDeviceLimits(where: string, urls: unknown): readonly DeviceLimit[] {
  if (urls === undefined || urls === null) return [];
  if (!Array.isArray(urls)) throw createUndocumentedFailure(where, "urls");
  return urls.flatMap((url): readonly DeviceLimit[] => {
    if (!isObject(url)) throw createUndocumentedFailure(where, "urls");
    const { limit, http_method: methods } = url;
    if (limit === undefined || limit === null) return [];
    const path = readRequiredText(where, url, "uri");
    if (!isObject(limit) || !isPositiveInteger(limit["maximum"])) throw createUndocumentedFailure(where, "limit");
    if (!Array.isArray(methods)) throw createUndocumentedFailure(where, "http_method");
    const { maximum } = limit;
    return methods.map((method) => {
      if (typeof method !== "string") throw createUndocumentedFailure(where, "http_method");
      return { path, method, maximum };
    });
  });
}

/** Reads the account from a response.  @throws Failure `unavailable` with the name of an invalid member */
export const parseAccount = (where: string, answer: JsonObject): AdeAccount => ({
  serverName: readRequiredText(where, answer, "server_name"),
  serverUuid: readRequiredText(where, answer, "server_uuid"),
  adminId: readOptionalText(where, answer, "admin_id"),
  orgName: readRequiredText(where, answer, "org_name"),
  limits: parseDeviceLimits(where, answer["urls"]),
});

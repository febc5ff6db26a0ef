import { isObject, optionalText, requiredText, undocumented, type JsonObject } from "../answer.ts";

/**
 * The server entry in Apple's portal and its organisation; null what Apple does not tell.
 *
 * @see apple 3 (GET /account)
 */
export interface AdeAccount {
  readonly serverName: string;
  readonly serverUuid: string;
  /** the Managed Apple Account that downloaded the token */
  readonly adminId: string | null;
  readonly facilitatorId: string | null;
  readonly orgName: string;
  readonly orgEmail: string | null;
  readonly orgPhone: string | null;
  readonly orgAddress: string | null;
  readonly orgId: string | null;
  readonly orgIdHash: string | null;
  /** `edu`, `org` or `tvprovider` */
  readonly orgType: string | null;
  readonly orgVersion: string | null;
  readonly limits: readonly Limit[];
}

/** How many devices one request may name, or ask for. */
export interface Limit {
  readonly path: string;
  readonly method: string;
  readonly default: number;
  readonly maximum: number;
}

/** What Apple takes where `/account` does not say. @see apple 3 (limit) */
const USUAL: Pick<Limit, "default" | "maximum"> = { default: 100, maximum: 1000 };

/** The limit of a call. */
export const limitOf = (
  { limits }: Pick<AdeAccount, "limits">,
  path: string,
  method: string,
): Pick<Limit, "default" | "maximum"> => {
  const found = limits.find((limit) => limit.path === path && limit.method === method);
  return found === undefined ? USUAL : { default: found.default, maximum: found.maximum };
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** URLs without a limit are left out; a URL may have several methods. */
function limitsOf(where: string, urls: unknown): readonly Limit[] {
  if (urls === undefined || urls === null) return [];
  if (!Array.isArray(urls)) throw undocumented(where, "urls");
  return urls.flatMap((url): readonly Limit[] => {
    if (!isObject(url)) throw undocumented(where, "urls");
    const { limit, http_method: methods } = url;
    if (limit === undefined || limit === null) return [];
    const path = requiredText(where, url, "uri");
    if (!isObject(limit) || !isCount(limit["maximum"])) throw undocumented(where, "limit");
    if (!Array.isArray(methods)) throw undocumented(where, "http_method");
    const { maximum, default: usual = maximum } = limit;
    if (!isCount(usual)) throw undocumented(where, "limit");
    return methods.map((method) => {
      if (typeof method !== "string") throw undocumented(where, "http_method");
      return { path, method, default: usual, maximum };
    });
  });
}

/** The account out of an answer. @throws Failure `unavailable` that names the member that is not as documented */
export const accountOf = (where: string, answer: JsonObject): AdeAccount => ({
  serverName: requiredText(where, answer, "server_name"),
  serverUuid: requiredText(where, answer, "server_uuid"),
  adminId: optionalText(where, answer, "admin_id"),
  facilitatorId: optionalText(where, answer, "facilitator_id"),
  orgName: requiredText(where, answer, "org_name"),
  orgEmail: optionalText(where, answer, "org_email"),
  orgPhone: optionalText(where, answer, "org_phone"),
  orgAddress: optionalText(where, answer, "org_address"),
  orgId: optionalText(where, answer, "org_id"),
  orgIdHash: optionalText(where, answer, "org_id_hash"),
  orgType: optionalText(where, answer, "org_type"),
  orgVersion: optionalText(where, answer, "org_version"),
  limits: limitsOf(where, answer["urls"]),
});
